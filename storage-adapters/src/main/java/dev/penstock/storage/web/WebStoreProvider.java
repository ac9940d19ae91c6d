package dev.penstock.storage.web;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreProvider;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/// Opens `http://HOST/PATH` and `https://HOST/PATH`, with an optional query that every request repeats.
///
/// Proxies are those of the environment: `http_proxy`, `https_proxy` and `no_proxy`. Certificates are checked against
/// the JVM's trust store.
public final class WebStoreProvider implements ObjectStoreProvider {

    /// Longer than a busy server takes to find a cold file, shorter than a collective's usual time-out.
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

    @Override
    public Set<String> schemes() {
        return Set.of("http", "https");
    }

    @Override
    public ObjectStore open(URI root) {
        return new WebStore(WebRoot.of(root), System.getenv(), LONGEST_SILENCE);
    }
}
