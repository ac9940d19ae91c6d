package dev.penstock.daemon.server;

import dev.penstock.fetch.FetchConfig;
import dev.penstock.fetch.OriginLimit;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The limits on requests to each store, which the streams that read it share. Thread-safe.
///
/// Stores are told apart by the authority of their URIs, and by the whole URI where there is none: mounts differ by
/// path.
final class StoreLimits {

    private final FetchConfig fetch;
    private final Map<String, OriginLimit> limits = new ConcurrentHashMap<>();

    StoreLimits(FetchConfig fetch) {
        this.fetch = fetch;
    }

    OriginLimit of(URI dataset) {
        String authority = dataset.getRawAuthority();
        String store = authority == null
                ? dataset.toString()
                : dataset.getScheme() + "://" + authority + "?" + dataset.getRawQuery();
        return limits.computeIfAbsent(store, _ -> OriginLimit.of(fetch));
    }
}
