package dev.penstock.index;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import reactor.core.publisher.Mono;

/// Blocking reads of small objects; for threads that may block, as those that build and open indexes.
final class StoredObject {

    private StoredObject() {}

    static ObjectMetadata stat(ObjectStore store, String key) {
        return await(store.stat(key));
    }

    /// Reads the object into memory of `arena`.
    static MemorySegment read(ObjectStore store, ObjectMetadata object, Arena arena) {
        MemorySegment bytes = arena.allocate(object.sizeBytes(), IndexLayout.COLUMN_ALIGNMENT_BYTES);
        if (object.sizeBytes() > 0) {
            store.read(object, 0, bytes).block();
        }
        return bytes;
    }

    static byte[] read(ObjectStore store, ObjectMetadata object) {
        try (Arena arena = Arena.ofShared()) {
            return read(store, object, arena).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static <T> T await(Mono<T> answer) {
        return answer.blockOptional().orElseThrow();
    }
}
