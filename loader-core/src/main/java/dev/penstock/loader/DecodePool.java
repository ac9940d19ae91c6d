package dev.penstock.loader;

import dev.penstock.index.DatasetIndex;
import dev.penstock.tier.BlockLease;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The threads that copy samples from blocks into slots, first come first served.
///
/// Platform threads, because the work is memory bandwidth and never waits. The pool owns the block leases it is given
/// and releases each one whatever happens. No slot is written any more once [#close()] has returned.
final class DecodePool implements AutoCloseable {

    /// @param lease of the block at `blockIndex`; null stands for every block that was resident when the fill began
    private record Task(Fill fill, int blockIndex, @Nullable BlockLease lease) {}

    private final DatasetIndex index;
    private final Padding padding;
    private final Consumer<Fill> ended;
    private final LinkedBlockingQueue<Task> queue = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Task stop = new Task(new Fill(), 0, null);
    private boolean closed;

    /// @param ended told of each fill whose last block was dealt with, on the worker's thread
    DecodePool(int threadCount, DatasetIndex index, Padding padding, Consumer<Fill> ended) {
        this.index = index;
        this.padding = padding;
        this.ended = ended;
        for (int i = 0; i < threadCount; i++) {
            threads.add(
                    Thread.ofPlatform().name("penstock-decode-" + i).daemon().start(this::work));
        }
    }

    /// Copies every block the fill has pinned.
    void copyResident(Fill fill) {
        if (!enqueue(new Task(fill, 0, null))) {
            fill.resident.release();
        }
    }

    /// Copies one block.
    void copyBlock(Fill fill, int blockIndex, BlockLease lease) {
        if (!enqueue(new Task(fill, blockIndex, lease))) {
            lease.release();
        }
    }

    /// Counts a block that will not come.
    void blockFailed(Fill fill, Throwable cause) {
        fill.fail(cause);
        if (fill.blocksLeft.decrementAndGet() == 0) {
            ended.accept(fill);
        }
    }

    private synchronized boolean enqueue(Task task) {
        return !closed && queue.add(task);
    }

    @SuppressWarnings("ReferenceEquality") // the stop task is known by its identity
    private void work() {
        SampleDecoder decoder = new SampleDecoder(index);
        try {
            for (Task task = queue.take(); task != stop; task = queue.take()) {
                run(task, decoder);
            }
        } catch (InterruptedException e) {
            // Nothing in the loader interrupts a worker; whoever did wants the thread to end.
            Thread.currentThread().interrupt();
        }
    }

    private void run(Task task, SampleDecoder decoder) {
        Fill fill = task.fill;
        DecodeEvent event = DecodeEvent.begun(fill.plan);
        long copiedBefore = decoder.copiedBytes();
        int done = task.lease == null
                ? copyResident(fill, decoder)
                : copyLeased(fill, task.blockIndex, task.lease, decoder);
        boolean last = fill.blocksLeft.addAndGet(-done) == 0;
        if (last) {
            finish(fill, decoder);
        }
        if (event != null) {
            event.ended(done, decoder.copiedBytes() - copiedBefore);
        }
        if (last) {
            ended.accept(fill);
        }
    }

    private static int copyResident(Fill fill, SampleDecoder decoder) {
        int done = 0;
        try {
            for (int i = 0; i < fill.plan.blockCount(); i++) {
                MemorySegment block = fill.resident.segment(i);
                if (block != null) {
                    fill.residentBytes += copy(fill, i, block, decoder);
                    done++;
                }
            }
        } finally {
            fill.resident.release();
        }
        return done;
    }

    private static int copyLeased(Fill fill, int blockIndex, BlockLease lease, SampleDecoder decoder) {
        try {
            copy(fill, blockIndex, lease.segment(), decoder);
        } finally {
            lease.release();
        }
        return 1;
    }

    private static long copy(Fill fill, int blockIndex, MemorySegment block, SampleDecoder decoder) {
        try {
            if (fill.failure() == null) {
                return decoder.copyBlock(
                        fill.plan, blockIndex, block, fill.slot().segment());
            }
        } catch (RuntimeException | Error e) {
            fill.fail(e);
        }
        return 0;
    }

    private void finish(Fill fill, SampleDecoder decoder) {
        try {
            if (fill.failure() == null) {
                decoder.finish(fill.plan, fill.slot().segment());
                padding.write(fill.plan, fill.slot().segment());
            }
        } catch (RuntimeException | Error e) {
            fill.fail(e);
        }
    }

    /// Refuses further work and returns when every task accepted before has ended.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            threads.forEach(thread -> queue.add(stop));
        }
        threads.forEach(Threads::joinUninterruptibly);
    }
}
