package dev.penstock.format;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ReadTarget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// The bytes of one shard from first to last, in off-heap blocks, with the next blocks read while one is consumed.
///
/// Errors are those of the store, which may be a [RetriedStore][dev.penstock.store.RetriedStore].
///
/// Threading: one thread, which may block. Closing ends the reads in flight; nothing writes to the blocks afterwards.
public final class ShardBytes implements AutoCloseable {

    /// Large enough for an object store to reach its bandwidth, and a multiple of a tar block, so that a tar header
    /// never lies across two blocks.
    static final int BLOCK_BYTES = 8 << 20;

    /// Blocks being read while one is consumed: with 100 ms to the first byte and 90 MB/s a connection, one block at a
    /// time brings 43 MB/s and four bring 170.
    private static final int BLOCKS_AHEAD = 4;

    private final ObjectStore store;
    private final ObjectMetadata object;
    private final Consumer<MemorySegment> blocks;
    private final Arena arena = Arena.ofShared();
    private final ArrayDeque<BlockRead> reads = new ArrayDeque<>();
    private MemorySegment block = MemorySegment.NULL;
    private int consumedBytes;
    private long blockOffset;
    private long nextOffset;

    /// A block on its way.
    private record BlockRead(ReadTarget target, MemorySegment memory, CompletableFuture<?> done) {}

    /// Begins to read the shard.
    ///
    /// @param blocks shown every block, in stored order, before it is consumed; readable until the call returns
    public ShardBytes(ObjectStore store, ObjectMetadata object, Consumer<MemorySegment> blocks) {
        this.store = store;
        this.object = object;
        this.blocks = blocks;
        while (reads.size() < BLOCKS_AHEAD && nextOffset < object.sizeBytes()) {
            long bytes = Math.min(BLOCK_BYTES, object.sizeBytes() - nextOffset);
            startRead(arena.allocate(bytes));
        }
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
        if (consumedBytes == block.byteSize() && remaining() > 0) {
            turnToNextBlock();
        }
        long bytes = Math.min(maxBytes, block.byteSize() - consumedBytes);
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
        for (BlockRead read : reads) {
            read.target().close();
            read.done().cancel(true);
        }
        arena.close();
    }

    private void turnToNextBlock() {
        MemorySegment consumed = block;
        BlockRead next = reads.remove();
        await(next);
        blockOffset += consumed.byteSize();
        block = next.memory();
        consumedBytes = 0;
        blocks.accept(block);
        if (nextOffset < object.sizeBytes()) {
            boolean first = consumed.byteSize() == 0;
            startRead(first ? arena.allocate(BLOCK_BYTES) : consumed);
        }
    }

    private static void await(BlockRead read) {
        try {
            read.done().join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        } finally {
            read.target().close();
        }
    }

    /// Every block but the last has its full size, so a block's memory serves for any later one.
    private void startRead(MemorySegment memory) {
        long bytes = Math.min(memory.byteSize(), object.sizeBytes() - nextOffset);
        MemorySegment wanted = memory.asSlice(0, bytes);
        ReadTarget target = new ReadTarget(wanted);
        reads.add(new BlockRead(
                target, wanted, store.read(object, nextOffset, target).toFuture()));
        nextOffset += bytes;
    }
}
