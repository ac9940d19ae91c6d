package dev.penstock.storage.s3;

import dev.penstock.error.FailureMessage;
import dev.penstock.storage.ObjectKeys;
import dev.penstock.store.ObjectMetadata;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Keys of the store as keys of the bucket.
///
/// @param prefix what stands in front of every key
record S3Keys(URI root, String bucket, String prefix) {

    /// The object's key in the bucket; refuses keys that are no relative path.
    String inBucket(String key) {
        ObjectKeys.requireInside(root, key);
        return prefix + key;
    }

    FailureMessage operation(String what, String key) {
        return FailureMessage.of(what).with("uri", root).with("key", key);
    }

    ObjectMetadata metadata(String key, @Nullable Long sizeBytes, @Nullable String eTag) {
        return new ObjectMetadata(key, sizeBytes == null ? 0 : sizeBytes, version(eTag));
    }

    /// The ETag with its quotes, which some servers leave out of listings.
    static String version(@Nullable String eTag) {
        if (eTag == null || eTag.isEmpty()) {
            return "";
        }
        return eTag.startsWith("\"") ? eTag : '"' + eTag + '"';
    }

    /// Whether this is a strong ETag, which alone `If-Match` compares with.
    static boolean isStrongETag(String version) {
        return version.length() > 2 && version.startsWith("\"") && version.indexOf('"', 1) == version.length() - 1;
    }
}
