package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RankLostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a rank knows of whether the others are alive; who is lost first is the reason that all ranks give.
///
/// A thread of its own beats, whatever the training thread waits for. A process that ends is noticed by its closed
/// connection, one that is stopped by its silence, and one that fails says why before it ends.
///
/// Threading: any thread.
final class RankWatch implements AutoCloseable {

    /// How long after a broken collective call the news is waited for of who broke it. It comes by another connection,
    /// from a hub that may be busy.
    private static final Duration NEWS = Duration.ofSeconds(5);

    /// How long a rank that knows of a loss may take to come to a call that says so.
    private static final Duration UNNOTICED = Duration.ofSeconds(10);

    private final int rank;
    private final String host = hostName();
    private final Consumer<PenstockException> unnoticed;
    private final ScheduledExecutorService pulse = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("penstock-rank-pulse").factory());
    private @Nullable WatchPost post;
    private final Set<Integer> left = new HashSet<>();
    private @Nullable RankLoss first;
    private boolean lost;
    private boolean noticed;

    /// @param unnoticed is told of a loss that the training thread has not come to hear of; on another thread
    RankWatch(int rank, Consumer<PenstockException> unnoticed) {
        this.rank = rank;
        this.unnoticed = unnoticed;
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException notLinux) {
            return "unknown";
        }
    }

    /// Makes a post, given the name of this host and who is to be told of losses.
    interface Posting {
        WatchPost at(String host, Consumer<RankLoss> here) throws IOException;
    }

    /// Takes up its post and begins to beat.
    void start(Posting posting) {
        try {
            WatchPost taken = posting.at(host, this::hear);
            synchronized (this) {
                post = taken;
            }
            long beat = WatchLine.BEAT_INTERVAL.toMillis();
            var _ = pulse.scheduleWithFixedDelay(taken::beat, 0, beat, TimeUnit.MILLISECONDS);
        } catch (IOException unreachable) {
            throw new RankLostException(
                    FailureMessage.of("watching the ranks")
                            .with("rank", rank)
                            .with("found", unreachable)
                            .remedy("rank 0 must be reachable by every rank, at any port"),
                    unreachable);
        }
    }

    private synchronized void hear(RankLoss loss) {
        boolean ownWords = loss.rank() == rank && loss.kind() != RankLoss.Kind.SILENT;
        if (ownWords || left.contains(loss.rank()) || pulse.isShutdown()) {
            return;
        }
        first = first == null ? loss : first;
        if (loss.kind() == RankLoss.Kind.LEFT) {
            left.add(loss.rank());
        } else if (!lost) {
            lost = true;
            var _ = pulse.schedule(this::requireNoticed, UNNOTICED.toMillis(), TimeUnit.MILLISECONDS);
        }
        notifyAll();
    }

    private void requireNoticed() {
        RankLoss loss;
        synchronized (this) {
            loss = noticed ? null : first;
        }
        if (loss != null) {
            unnoticed.accept(loss.exception(rank));
        }
    }

    /// Whether a rank is known to be lost; one that left may have come to its end.
    synchronized boolean isLost() {
        return lost;
    }

    /// Fails if a rank is known to be lost.
    synchronized void requireAll() {
        if (lost && first != null) {
            throw reason(first);
        }
    }

    /// Waits a moment, and fails when a rank is lost, or has left, by then.
    void pause(Duration moment) {
        await(moment).ifPresent(loss -> {
            throw reason(loss);
        });
    }

    /// Why a call did not come to its end: the rank that is lost, or else what the call says itself.
    PenstockException explain(PenstockException failed) {
        return await(NEWS)
                .map(loss -> {
                    PenstockException reason = reason(loss);
                    reason.addSuppressed(failed);
                    return reason;
                })
                .orElse(failed);
    }

    private synchronized PenstockException reason(RankLoss loss) {
        noticed = true;
        return loss.exception(rank);
    }

    private synchronized Optional<RankLoss> await(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            for (long rest = patience.toNanos(); first == null && rest > 0; rest = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, rest);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.ofNullable(first);
    }

    /// Tells the others why this rank stops, unless they are the reason.
    void lastWords(Throwable cause) {
        WatchPost told = takeReason();
        if (told != null) {
            RankLoss.Kind kind = cause instanceof ConfigurationException ? RankLoss.Kind.REFUSED : RankLoss.Kind.FAILED;
            String found = cause instanceof PenstockException ? String.valueOf(cause.getMessage()) : cause.toString();
            told.tell(new RankLoss(rank, host, kind, found));
        }
    }

    /// The post, for what this rank has to tell; none if all is told.
    private synchronized @Nullable WatchPost takeReason() {
        boolean othersAre = first != null || noticed;
        noticed = true;
        return othersAre ? null : post;
    }

    /// Leaves as a rank does at its end.
    @Override
    public void close() {
        pulse.shutdownNow();
        WatchPost closing;
        synchronized (this) {
            closing = post;
            post = null;
        }
        if (closing != null) {
            closing.tell(RankLoss.left(rank, host));
            closing.close();
        }
    }
}
