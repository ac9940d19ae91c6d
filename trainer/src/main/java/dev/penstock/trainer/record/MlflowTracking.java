package dev.penstock.trainer.record;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.tracking.MlflowHttpException;

/// A run on an MLflow tracking server, which may be slow, absent or broken.
///
/// The training thread puts steps into a bounded queue; another thread sends them, many per request, and tries again
/// after a pause that doubles. A step for which the queue has no room is missing at the server, as are those that it
/// refuses and those that are left when [#close()] has waited long enough.
public final class MlflowTracking implements MetricSink {

    /// Of the queue: hours of an absent server at a step per second, within some megabytes of heap.
    private static final int QUEUED_STEPS = 10_000;

    /// Of one request: a server takes at most 1000 values.
    private static final int STEPS_PER_REQUEST = 100;

    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(250).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

    /// Attempts that a run which is over still makes, a first pause apart.
    private static final int LAST_ATTEMPTS = 8;

    private static final long IDLE_NANOS = Duration.ofMillis(100).toNanos();

    private final MlflowRun run;
    private final Duration patience;
    private final BlockingQueue<StepMetrics> queue = new ArrayBlockingQueue<>(QUEUED_STEPS);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicLong recorded = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong();
    private final Thread sender;
    private int lastAttempts;
    private volatile RunStatus outcome = RunStatus.FAILED;
    private volatile Optional<String> failure = Optional.empty();

    private MlflowTracking(MlflowRun run, Duration patience) {
        this.run = run;
        this.patience = patience;
        this.sender = Thread.ofPlatform().daemon().name("penstock-mlflow").unstarted(this::send);
    }

    /// Starts to deliver; the server is first asked by the other thread.
    ///
    /// @param patience how long [#close()] waits for what is left
    public static MlflowTracking start(MlflowRun run, Duration patience) {
        MlflowTracking tracking = new MlflowTracking(run, patience);
        tracking.sender.start();
        return tracking;
    }

    @Override
    public String name() {
        return "mlflow";
    }

    @Override
    public void record(StepMetrics metrics) {
        recorded.incrementAndGet();
        if (!queue.offer(metrics)) {
            failure = Optional.of("more than " + QUEUED_STEPS + " steps behind");
        }
    }

    @Override
    public void complete() {
        outcome = RunStatus.FINISHED;
    }

    @Override
    public SinkCounters counters() {
        long done = delivered.get();
        return new SinkCounters(done, recorded.get() - done, failure);
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            sender.join(patience);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        sender.interrupt();
    }

    /// One attempt at the server.
    private interface Attempt<T> {
        T run() throws IOException;
    }

    private void send() {
        try (MlflowSession session = untilItWorks(() -> MlflowSession.open(run))) {
            List<StepMetrics> batch = new ArrayList<>();
            while (fill(batch)) {
                deliver(session, batch);
                batch.clear();
            }
            untilItWorks(() -> session.end(outcome));
        } catch (InterruptedException | MlflowHttpException givenUp) {
            failure = failure.or(() -> Optional.of(String.valueOf(givenUp.getMessage())));
        }
    }

    /// Takes the next steps, waiting for one; says no when the run is over and all were taken.
    private boolean fill(List<StepMetrics> batch) throws InterruptedException {
        while (batch.isEmpty()) {
            boolean last = closing.getCount() == 0;
            StepMetrics first = queue.poll(last ? 0 : IDLE_NANOS, TimeUnit.NANOSECONDS);
            if (first != null) {
                batch.add(first);
                queue.drainTo(batch, STEPS_PER_REQUEST - 1);
            } else if (last) {
                return false;
            }
        }
        return true;
    }

    private void deliver(MlflowSession session, List<StepMetrics> batch) throws InterruptedException {
        try {
            untilItWorks(() -> session.send(batch));
            delivered.addAndGet(batch.size());
        } catch (MlflowHttpException refused) {
            failure = Optional.of(described(refused));
        }
    }

    /// Repeats what fails for want of a server; what the server refuses is not asked again.
    private <T> T untilItWorks(Attempt<T> attempt) throws InterruptedException {
        long pauseNanos = FIRST_PAUSE_NANOS;
        while (true) {
            try {
                return attempt.run();
            } catch (IOException | RuntimeException failed) {
                failure = Optional.of(described(failed));
                if (failed instanceof MlflowHttpException http && isFinal(http)) {
                    throw http;
                }
            }
            pause(pauseNanos);
            pauseNanos = Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos);
        }
    }

    /// Waits between two attempts; once the run is over, no longer than the first time, and a few times only.
    private void pause(long nanos) throws InterruptedException {
        if (closing.await(nanos, TimeUnit.NANOSECONDS)) {
            if (++lastAttempts > LAST_ATTEMPTS) {
                throw new InterruptedException("the run is over");
            }
            TimeUnit.NANOSECONDS.sleep(FIRST_PAUSE_NANOS);
        }
    }

    private static boolean isFinal(MlflowHttpException refused) {
        int status = refused.getStatusCode();
        return status >= 400 && status < 500 && status != 408 && status != 429;
    }

    private static String described(Exception failed) {
        Throwable cause = failed.getCause() == null ? failed : failed.getCause();
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
    }
}
