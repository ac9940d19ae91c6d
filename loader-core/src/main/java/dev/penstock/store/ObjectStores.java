package dev.penstock.store;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.URI;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.TreeSet;

/// Finds the provider of a URI's scheme on the class path.
public final class ObjectStores {

    private ObjectStores() {}

    /// Opens the store below `root`. The caller closes it.
    public static ObjectStore open(URI root) {
        String scheme = root.getScheme();
        if (scheme == null) {
            throw new ConfigurationException(FailureMessage.of("opening a store")
                    .with("uri", root)
                    .with("schemes", knownSchemes())
                    .remedy("write a URI with a scheme, such as file:/data/shards"));
        }
        String wanted = scheme.toLowerCase(Locale.ROOT);
        for (ObjectStoreProvider provider : ServiceLoader.load(ObjectStoreProvider.class)) {
            if (provider.schemes().contains(wanted)) {
                return provider.open(root);
            }
        }
        throw new ConfigurationException(FailureMessage.of("opening a store")
                .with("scheme", wanted)
                .with("schemes", knownSchemes())
                .remedy("use a listed scheme, or put its adapter on the class path"));
    }

    private static TreeSet<String> knownSchemes() {
        TreeSet<String> schemes = new TreeSet<>();
        for (ObjectStoreProvider provider : ServiceLoader.load(ObjectStoreProvider.class)) {
            schemes.addAll(provider.schemes());
        }
        return schemes;
    }
}
