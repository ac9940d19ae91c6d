package dev.penstock.storage.hdfs;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.storage.ObjectKeys;
import java.net.URI;
import java.util.UUID;
import org.apache.hadoop.fs.Path;

/// Keys as paths below a directory of a Hadoop file system.
///
/// @param root the directory as a URI that ends in `/`
/// @param directory the same for Hadoop
record HdfsPaths(URI root, Path directory) {

    private static final String PARTIAL_PREFIX = ".penstock-partial-";

    static HdfsPaths below(URI root) {
        URI directory = root.getRawPath().endsWith("/") ? root : URI.create(root + "/");
        return new HdfsPaths(directory, new Path(root.getScheme(), root.getAuthority(), root.getPath()));
    }

    static boolean isPartial(Path path) {
        return path.getName().startsWith(PARTIAL_PREFIX);
    }

    /// A name beside `object` that no other writer has and no listing shows.
    static Path partial(Path object) {
        return new Path(object.getParent(), PARTIAL_PREFIX + UUID.randomUUID());
    }

    /// The path of an object; refuses keys that leave the directory, and names that HDFS or writers keep to themselves.
    Path path(String key) {
        ObjectKeys.requireInside(root, key);
        if (key.indexOf(':') >= 0) {
            throw refused(key, "use a name without ':', which HDFS does not allow");
        }
        Path path = new Path(directory, key);
        if (isPartial(path)) {
            throw refused(key, "use another name: this prefix marks files that are being written");
        }
        return path;
    }

    /// The key of a path below the directory; empty for the directory itself.
    String key(Path path) {
        String whole = path.toUri().getPath();
        int prefixLength = directory.toUri().getPath().length();
        boolean isTop = directory.isRoot();
        return whole.length() <= prefixLength ? "" : whole.substring(isTop ? prefixLength : prefixLength + 1);
    }

    FailureMessage operation(String what, String key) {
        return FailureMessage.of(what).with("uri", root).with("key", key);
    }

    private StoreAccessException refused(String key, String remedy) {
        return new StoreAccessException(operation("object access", key).remedy(remedy));
    }
}
