package dev.penstock.trainer.checkpoint;

import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.tensor.Parameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.pytorch.Tensor;

/// Checkpoints that are written while training goes on: the training thread copies, another thread writes.
///
/// At most one is in flight. A save that comes before the last one is written waits for it, so a run is never more
/// than one interval ahead of what is on disk, and the copy needs its memory once. A save that fails costs that
/// checkpoint and no other: it is told by [#takeFailures()], and the one before stays. One that succeeds is told by
/// [#takeWritten()], for those who may forget what came before it only then.
///
/// Ownership: holds host memory of the size of a checkpoint from the first save on, until this object is unreachable.
/// Threading: confined to the training thread.
public final class BackgroundCheckpoints implements AutoCloseable {

    private static final long NONE = -1;

    private final Checkpoints checkpoints;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("penstock-checkpoint").factory());
    private final Map<String, Tensor> memory = new HashMap<>();
    private final List<StoreAccessException> failures = new ArrayList<>();
    private final AtomicLong written = new AtomicLong(NONE);
    private CompletableFuture<Optional<StoreAccessException>> latest =
            CompletableFuture.completedFuture(Optional.empty());
    private long heldNanos;

    public BackgroundCheckpoints(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    /// Copies everything as it is now, and returns; the copy is committed in the background.
    ///
    /// Not to be called within a `PointerScope`, at whose end the copy would be freed.
    public void save(RunState state, Parameters parameters, Optimizer optimizer) {
        long begin = System.nanoTime();
        latest.join();
        Contents copy = Contents.live(state, parameters, optimizer).copiedTo(memory);
        latest = CompletableFuture.supplyAsync(() -> commit(copy), writer);
        heldNanos += System.nanoTime() - begin;
    }

    private Optional<StoreAccessException> commit(Contents copy) {
        try {
            checkpoints.save(copy);
            written.set(copy.state().nextStep());
            return Optional.empty();
        } catch (StoreAccessException failed) {
            synchronized (failures) {
                failures.add(failed);
            }
            return Optional.of(failed);
        }
    }

    /// The step that the newest checkpoint on disk continues with, if it came there since this was last asked; cheap
    /// enough for every step.
    public OptionalLong takeWritten() {
        long nextStep = written.getAndSet(NONE);
        return nextStep == NONE ? OptionalLong.empty() : OptionalLong.of(nextStep);
    }

    /// The saves that failed since this was last asked; cheap enough for every step.
    public List<StoreAccessException> takeFailures() {
        synchronized (failures) {
            List<StoreAccessException> taken = List.copyOf(failures);
            failures.clear();
            return taken;
        }
    }

    /// Returns once the latest save is on disk, and fails if it could not be written.
    public void awaitLatest() {
        latest.join().ifPresent(failed -> {
            throw failed;
        });
    }

    /// Time that the training thread has spent in [#save], copying and waiting.
    public long heldNanos() {
        return heldNanos;
    }

    /// Waits for the save in flight.
    @Override
    public void close() {
        writer.close();
    }
}
