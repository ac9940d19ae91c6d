package dev.penstock.storage;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.net.URI;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/// The threads of one store: runs calls that block as Monos, on named daemon platform threads.
///
/// Nobody is ever interrupted: an interrupt would close the `FileChannel` that the thread reads, under every other
/// reader of that file. A signal's receiver that interrupts its thread does no harm either, since the executor clears
/// the flag before the next call. A cancelled call that has not started never starts; one that runs is told through its
/// `abandoned` condition and its result is dropped.
public final class BlockingCalls implements AutoCloseable {

    private static final int IDLE_SECONDS = 30;

    private final URI root;
    private final ThreadGroup group;
    private final ThreadPoolExecutor threads;
    private volatile boolean closed;

    /// @param threadName prefix of the thread names
    /// @param threadCount most calls that run at once; threads start on demand and end when idle
    public BlockingCalls(URI root, String threadName, int threadCount) {
        this.root = root;
        this.group = new ThreadGroup(threadName);
        AtomicInteger next = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                threadCount, threadCount, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(group, task, threadName + "-" + next.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /// One piece of blocking work.
    ///
    /// @param <T> its result; null completes the Mono empty
    @FunctionalInterface
    public interface Call<T> {

        /// Does the work and returns its result.
        ///
        /// @param abandoned true once nobody wants the result any more; long work asks between pieces and returns
        @Nullable
        T run(BooleanSupplier abandoned);
    }

    /// Runs the call on one of these threads at each subscription.
    public <T> Mono<T> mono(Call<T> call) {
        return Mono.create(sink -> new Attempt<>(call, sink).start());
    }

    public boolean closed() {
        return closed;
    }

    /// Fails unless the store is open.
    public void requireOpen() {
        if (closed) {
            throw closedFailure();
        }
    }

    /// Fails queued calls, abandons running ones and waits until they have returned, so that afterwards no memory is
    /// written. Called on one of these threads, it does not wait for that thread. An interrupt ends the wait.
    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        if (group.equals(Thread.currentThread().getThreadGroup())) {
            return;
        }
        try {
            threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private StoreAccessException closedFailure() {
        return new StoreAccessException(FailureMessage.of("store access")
                .with("uri", root)
                .with("state", "closed")
                .remedy("use a store before it is closed"));
    }

    private final class Attempt<T> {

        private final Call<T> call;
        private final MonoSink<T> sink;
        private volatile boolean cancelled;

        Attempt(Call<T> call, MonoSink<T> sink) {
            this.call = call;
            this.sink = sink;
        }

        void start() {
            sink.onCancel(() -> cancelled = true);
            try {
                threads.execute(this::run);
            } catch (RejectedExecutionException _) {
                sink.error(closedFailure());
            }
        }

        private void run() {
            if (cancelled) {
                return;
            }
            T result;
            try {
                requireOpen();
                result = call.run(() -> cancelled || closed);
                requireOpen();
            } catch (RuntimeException | Error failure) {
                if (!cancelled) {
                    sink.error(failure);
                }
                return;
            }
            sink.success(result);
        }
    }
}
