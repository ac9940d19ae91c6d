package dev.penstock.storage;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.store.ObjectMetadata;
import java.net.URI;

/// What every adapter checks before it reads: the range lies in the object, and the object is the one asked for.
public final class ReadChecks {

    private ReadChecks() {}

    /// Refuses a range that is not inside the object as the caller knows it.
    public static void requireRange(URI root, ObjectMetadata object, long offsetBytes, long lengthBytes) {
        if (offsetBytes < 0 || lengthBytes > object.sizeBytes() - offsetBytes) {
            throw new CorruptDataException(FailureMessage.of("object read")
                    .with("uri", root)
                    .with("key", object.key())
                    .with("range", range(offsetBytes, lengthBytes))
                    .with("expected", "a range inside " + object.sizeBytes() + " bytes")
                    .remedy("index the shard again"));
        }
    }

    /// Refuses an object whose size is not the wanted one, or whose version is not, where both are known.
    public static void requireSame(URI root, ObjectMetadata wanted, ObjectMetadata found) {
        boolean versionsDiffer = !wanted.version().isEmpty()
                && !found.version().isEmpty()
                && !wanted.version().equals(found.version());
        if (wanted.sizeBytes() != found.sizeBytes() || versionsDiffer) {
            throw new CorruptDataException(FailureMessage.of("object read")
                    .with("uri", root)
                    .with("key", wanted.key())
                    .with("expected", state(wanted))
                    .with("found", state(found))
                    .remedy("the object changed since it was indexed: restore it or index it again"));
        }
    }

    /// The failure of a read that met the end of the object before the end of the range.
    public static CorruptDataException cutShort(
            URI root, ObjectMetadata object, long offsetBytes, long lengthBytes, long foundBytes) {
        return new CorruptDataException(FailureMessage.of("object read")
                .with("uri", root)
                .with("key", object.key())
                .with("range", range(offsetBytes, lengthBytes))
                .with("expected", lengthBytes + " bytes")
                .with("found", foundBytes + " bytes")
                .remedy("the object was cut while it was read: restore it or index it again"));
    }

    private static String range(long offsetBytes, long lengthBytes) {
        return "[" + offsetBytes + ", " + (offsetBytes + lengthBytes) + ")";
    }

    private static String state(ObjectMetadata object) {
        String size = object.sizeBytes() + " bytes";
        return object.version().isEmpty() ? size : size + " of version " + object.version();
    }
}
