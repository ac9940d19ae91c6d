package dev.penstock.storage.s3;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/// The calls of one store and the threads that they start and end on, until it is closed.
///
/// An event loop never runs anybody else's code: signing, which may wait for fresh credentials, and every signal to a
/// caller happen on these threads.
final class S3Calls implements Executor, AutoCloseable {

    /// They wait only for credentials or for callers who block in a signal.
    private static final int THREAD_COUNT = 8;

    private static final int IDLE_SECONDS = 30;

    private final URI root;
    private final ThreadPoolExecutor threads;
    private final Sinks.Empty<Void> closed = Sinks.empty();

    S3Calls(URI root) {
        this.root = root;
        AtomicInteger next = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                THREAD_COUNT,
                THREAD_COUNT,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Thread.ofPlatform()
                        .daemon()
                        .name("penstock-s3-" + next.getAndIncrement())
                        .unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    /// A call of the SDK, made at each subscription; a cancel ends its request.
    ///
    /// @param operation begins the message of a failure
    <T> Mono<T> mono(FailureMessage operation, Supplier<CompletableFuture<T>> call) {
        return untilClosed(Mono.create(sink -> execute(() -> start(operation, call, sink))));
    }

    /// The same publisher, which also fails when the store is closed, and at once when it has been.
    <T> Mono<T> untilClosed(Mono<T> work) {
        return Mono.firstWithSignal(closed.asMono().then(Mono.empty()), work);
    }

    /// The result of a call that the caller waits for.
    <T> T await(FailureMessage operation, Supplier<CompletableFuture<T>> call) {
        requireOpen();
        try {
            return call.get().join();
        } catch (RuntimeException failure) {
            throw S3Failures.of(operation, failure);
        }
    }

    void requireOpen() {
        if (threads.isShutdown()) {
            throw closedFailure();
        }
    }

    /// After the close a task runs where it is handed over: it only has a failed request to report.
    @Override
    public void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException _) {
            task.run();
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        closed.tryEmitError(closedFailure());
    }

    private <T> void start(FailureMessage operation, Supplier<CompletableFuture<T>> call, MonoSink<T> sink) {
        try {
            CompletableFuture<T> future = call.get();
            sink.onCancel(() -> future.cancel(true));
            var _ = future.whenComplete((result, failure) -> {
                if (failure == null) {
                    sink.success(result);
                } else {
                    sink.error(S3Failures.of(operation, failure));
                }
            });
        } catch (RuntimeException failure) {
            sink.error(S3Failures.of(operation, failure));
        }
    }

    private StoreAccessException closedFailure() {
        return new StoreAccessException(FailureMessage.of("store access")
                .with("uri", root)
                .with("state", "closed")
                .remedy("use a store before it is closed"));
    }
}
