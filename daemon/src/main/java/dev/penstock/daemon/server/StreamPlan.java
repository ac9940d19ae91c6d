package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexCache;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.net.URISyntaxException;

/// An open dataset, and what is to be delivered of it.
///
/// @param settings of a loader that begins at step 0; a stream begins where it must
record StreamPlan(
        StreamKey key, ObjectStore store, DatasetIndex index, LoaderConfig.Builder settings, LoaderConfig config)
        implements AutoCloseable {

    /// Opens what a client asks for; fails as an unknown dataset or an impossible option fails.
    static StreamPlan open(AttachRequest request, JobOptions options) {
        LoaderConfig.Builder settings = options.parse(request.options());
        LoaderConfig config = settings.startStep(0).build();
        ObjectStore store = ObjectStores.open(uri(request.uri()));
        try {
            DatasetIndex index = DatasetIndex.open(store, IndexCache.ofUser());
            StreamKey key = new StreamKey(request.uri(), index.digest(), request.options());
            return new StreamPlan(key, store, index, settings, config);
        } catch (RuntimeException refused) {
            store.close();
            throw refused;
        }
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException malformed) {
            // Its exception would repeat the text, secrets included.
            throw new ConfigurationException(FailureMessage.of("opening a dataset")
                    .with("uri", withoutSecrets(text))
                    .with("found", malformed.getReason())
                    .remedy("write a URI, such as file:/data/shards"));
        }
    }

    /// A text that is no URI without what may be a login or a query.
    private static String withoutSecrets(String text) {
        String afterLogin = text.substring(text.lastIndexOf('@') + 1);
        return afterLogin.replaceFirst("(?s)[?#].*", "");
    }

    @Override
    public void close() {
        index.close();
        store.close();
    }
}
