package dev.penstock.index;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ReadTarget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Blocking requests for small objects; for threads that may block, as those that build and open indexes.
final class StoredObject {

    private StoredObject() {}

    static ObjectMetadata stat(ObjectStore store, String key) {
        return store.stat(key).blockOptional().orElseThrow();
    }

    /// Every object below the root.
    static List<ObjectMetadata> list(ObjectStore store) {
        return store.list("").collectList().blockOptional().orElseThrow();
    }

    /// Fills `destination` with the object's bytes from `offsetBytes` on.
    static void read(ObjectStore store, ObjectMetadata object, long offsetBytes, MemorySegment destination) {
        ReadTarget target = new ReadTarget(destination);
        try {
            store.read(object, offsetBytes, target).block();
        } finally {
            target.close();
        }
    }

    /// Reads the object into memory of `arena`.
    static MemorySegment read(ObjectStore store, ObjectMetadata object, Arena arena) {
        MemorySegment bytes = arena.allocate(object.sizeBytes(), IndexLayout.COLUMN_ALIGNMENT_BYTES);
        if (object.sizeBytes() > 0) {
            read(store, object, 0, bytes);
        }
        return bytes;
    }

    static byte[] read(ObjectStore store, ObjectMetadata object) {
        try (Arena arena = Arena.ofShared()) {
            return read(store, object, arena).toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
