package dev.penstock.index;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Brings a bundle's index files from the store to one place, many requests at a time.
///
/// Nothing is checked but sizes: whoever opens the bundle does that. Memory: a buffer per request under way.
final class IndexDownload {

    /// Takes parts of a bundle, from several threads and in any order.
    @FunctionalInterface
    interface Destination {

        void put(long position, ByteBuffer bytes) throws IOException;
    }

    private final ObjectStore store;
    private final Destination destination;

    private IndexDownload(ObjectStore store, Destination destination) {
        this.store = store;
        this.destination = destination;
    }

    /// Blocks until all of it is there; fails with [UncheckedIOException] when the destination does.
    static void run(ObjectStore store, IndexBundle bundle, Destination destination) {
        IndexDownload download = new IndexDownload(store, destination);
        download.put(0, bundle.beginning());
        Concurrently.map(bundle.pieces(), Concurrently.REQUESTS, download::fetch);
    }

    /// Into memory, where it stays as long as `arena`.
    static MemorySegment intoMemory(ObjectStore store, IndexBundle bundle, Arena arena) {
        MemorySegment memory = arena.allocate(bundle.sizeBytes(), IndexLayout.COLUMN_ALIGNMENT_BYTES);
        run(store, bundle, (position, bytes) ->
                MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, memory, position, bytes.remaining()));
        return memory.asReadOnly();
    }

    private IndexBundle.Piece fetch(IndexBundle.Piece piece) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(piece.bytes());
            StoredObject.read(store, piece.index(), piece.offsetBytes(), buffer);
            put(piece.position(), buffer.asByteBuffer());
            return piece;
        } catch (StoreAccessException | CorruptDataException unreadable) {
            throw IndexFile.unreadable(piece.index().key(), unreadable);
        }
    }

    private void put(long position, ByteBuffer bytes) {
        try {
            destination.put(position, bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
