package dev.penstock.store;

/// What a store says of one object.
///
/// @param key path relative to the store's root, `/`-separated, without a leading slash
/// @param sizeBytes stored size
/// @param version the store's validator of this state of the object (an ETag, a modification time in nanoseconds);
///     equal versions of one key have equal bytes as far as the store can tell; empty where it has none
public record ObjectMetadata(String key, long sizeBytes, String version) {

    public ObjectMetadata {
        if (key.isEmpty() || key.startsWith("/")) {
            throw new IllegalArgumentException("object key must be relative and not empty: '" + key + "'");
        }
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("object size must not be negative: " + sizeBytes + " for " + key);
        }
    }
}
