package dev.penstock.format;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// The bytes of one shard from first to last, in off-heap blocks, with the next block read while one is consumed.
///
/// Threading: one thread, which may block. Closing waits for the read in flight, as the store may still write.
public final class ShardBytes implements AutoCloseable {

    /// Large enough for an object store to reach its bandwidth, and a multiple of a tar block, so that a tar header
    /// never lies across two blocks.
    static final int BLOCK_BYTES = 8 << 20;

    private final ObjectStore store;
    private final ObjectMetadata object;
    private final Consumer<MemorySegment> blocks;
    private final Arena arena = Arena.ofShared();
    private MemorySegment block;
    private MemorySegment nextBlock;
    private int blockBytes;
    private int consumedBytes;
    private long blockOffset;
    private CompletableFuture<?> nextRead;

    /// Begins to read the shard.
    ///
    /// @param blocks shown every block, in stored order, before it is consumed; readable until the call returns
    public ShardBytes(ObjectStore store, ObjectMetadata object, Consumer<MemorySegment> blocks) {
        this.store = store;
        this.object = object;
        this.blocks = blocks;
        long allocated = Math.min(BLOCK_BYTES, object.sizeBytes());
        this.block = arena.allocate(allocated);
        this.nextBlock = arena.allocate(allocated);
        this.nextRead = startRead(0);
    }

    ObjectMetadata object() {
        return object;
    }

    long position() {
        return blockOffset + consumedBytes;
    }

    long remaining() {
        return object.sizeBytes() - position();
    }

    /// Consumes up to `maxBytes` bytes, at least one unless the shard is at its end.
    ///
    /// @return a view that is valid until the next call
    MemorySegment take(long maxBytes) {
        if (consumedBytes == blockBytes && remaining() > 0) {
            turnToNextBlock();
        }
        long bytes = Math.min(maxBytes, blockBytes - consumedBytes);
        MemorySegment view = block.asSlice(consumedBytes, bytes);
        consumedBytes += (int) bytes;
        return view;
    }

    void skip(long bytes) {
        for (long left = bytes; left > 0; ) {
            left -= take(left).byteSize();
        }
    }

    CorruptDataException corrupt(long offset, Object expected, Object found) {
        return corrupt(FailureMessage.of("shard read"), offset, expected, found);
    }

    CorruptDataException corruptMember(String member, long offset, Object expected, Object found) {
        return corrupt(FailureMessage.of("shard read").with("member", member), offset, expected, found);
    }

    private CorruptDataException corrupt(FailureMessage message, long offset, Object expected, Object found) {
        return new CorruptDataException(message.with("shard", object.key())
                .with("offset", offset)
                .with("expected", expected)
                .with("found", found)
                .remedy("restore the shard, or make it again from its source"));
    }

    @Override
    public void close() {
        nextRead.handle((_, _) -> null).join();
        arena.close();
    }

    private void turnToNextBlock() {
        try {
            nextRead.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
        MemorySegment consumed = block;
        block = nextBlock;
        nextBlock = consumed;
        blockOffset += blockBytes;
        blockBytes = (int) Math.min(block.byteSize(), object.sizeBytes() - blockOffset);
        consumedBytes = 0;
        blocks.accept(block.asSlice(0, blockBytes));
        nextRead = startRead(blockOffset + blockBytes);
    }

    private CompletableFuture<?> startRead(long offset) {
        long bytes = Math.min(nextBlock.byteSize(), object.sizeBytes() - offset);
        return bytes == 0
                ? CompletableFuture.completedFuture(null)
                : store.read(object, offset, nextBlock.asSlice(0, bytes)).toFuture();
    }
}
