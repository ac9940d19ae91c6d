package dev.penstock.trainer.world;

import dev.penstock.error.PenstockException;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/// What the ranks of a world do together. Every rank makes the same calls in the same order.
///
/// Every call but [#startSum(Tensor)] blocks until its result is there, and throws
/// [RankLostException][dev.penstock.error.RankLostException] when another rank is gone: its process ended, it was
/// silent for longer than [CollectiveTimeouts] allow, or it said why it stops. After that the collective is of no more
/// use.
///
/// Threading: confined to one thread.
public sealed interface Collective extends AutoCloseable permits SoloCollective, GlooCollective {

    /// Meets the other ranks; a world of one needs no network.
    static Collective join(World world, CollectiveTimeouts timeouts) {
        return join(world, timeouts, _ -> {});
    }

    /// The same, for a process that must not outlive the others.
    ///
    /// @param unnoticed is told of a loss when this rank has known of it for seconds and has not come to a call that
    ///     could say so; on another thread
    static Collective join(World world, CollectiveTimeouts timeouts, Consumer<PenstockException> unnoticed) {
        return world.worldSize() == 1 ? new SoloCollective() : GlooCollective.join(world, timeouts, unnoticed);
    }

    int worldSize();

    /// Replaces a contiguous tensor by its sum over the ranks; equal bits on every rank.
    void sum(Tensor tensor);

    /// Begins the same and returns; until the sum is awaited, the tensor is neither read nor written.
    ///
    /// Sums that are under way are begun in the same order on every rank, and awaited in any.
    PendingSum startSum(Tensor tensor);

    /// The sums of each value over the ranks, exact as long as they fit a double.
    double[] sum(double... values);

    /// Replaces a contiguous tensor by that of rank 0.
    void broadcast(Tensor tensor);

    /// Returns once every rank has come here.
    void barrier();

    /// Fails on rank 0, and on each rank that differs from it, unless all give the same text.
    ///
    /// @param subject what must agree, for the message, as in "configuration"
    /// @param settings text that is equal exactly if the subject is; the message says which `name=value` of it differ
    void requireAgreement(String subject, String settings);

    /// Tells the other ranks why this one stops before its end, so that they can say so too; once.
    void lastWords(Throwable cause);

    /// Does a part of this rank's work; if it fails, the others hear why before anything is closed.
    default void tellingFailures(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error failure) {
            lastWords(failure);
            throw failure;
        }
    }

    /// Leaves. Ranks that still need this one fail, and say that it left.
    @Override
    void close();
}
