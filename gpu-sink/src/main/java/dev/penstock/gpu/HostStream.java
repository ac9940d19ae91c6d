package dev.penstock.gpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A stream of the host device: a daemon thread that runs what was queued, one after the other.
final class HostStream implements DeviceStream {

    private final String name;
    private final AtomicLong hostBlockingCalls;
    private final Consumer<HostStream> onClose;
    private final Thread thread;
    private final Object lock = new Object();
    private final Queue<HostTask> queue = new ArrayDeque<>();
    private boolean closed;

    HostStream(String name, AtomicLong hostBlockingCalls, Consumer<HostStream> onClose) {
        this.name = name;
        this.hostBlockingCalls = hostBlockingCalls;
        this.onClose = onClose;
        this.thread =
                Thread.ofPlatform().daemon().name("penstock-stream-" + name).start(this::drain);
    }

    @Override
    public void copyToDevice(MemorySegment source, DeviceBuffer destination, long offsetBytes) {
        HostDevice.requireNative(source);
        MemorySegment target = ((HostBuffer) destination).memory().asSlice(offsetBytes, source.byteSize());
        enqueue(failure -> {
            if (failure == null) {
                target.copyFrom(source);
            }
        });
    }

    @Override
    public void record(DeviceEvent event) {
        synchronized (lock) {
            requireOpen();
            CompletableFuture<Void> recording = ((HostEvent) event).beginRecording();
            enqueue(failure -> complete(recording, failure));
        }
    }

    @Override
    public void await(DeviceEvent event) {
        CompletableFuture<Void> recording = ((HostEvent) event).recording();
        enqueue(failure -> {
            if (failure == null) {
                recording.join();
            }
        });
    }

    @Override
    public void run(HostTask task) {
        enqueue(task);
    }

    @Override
    public void synchronize() {
        hostBlockingCalls.incrementAndGet();
        CompletableFuture<Void> reached = new CompletableFuture<>();
        enqueue(failure -> complete(reached, failure));
        HostEvent.join(reached);
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true; // memory may be freed only when the thread no longer copies
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        onClose.accept(this);
    }

    private static void complete(CompletableFuture<Void> future, @Nullable Throwable failure) {
        if (failure == null) {
            future.complete(null);
        } else {
            future.completeExceptionally(failure);
        }
    }

    private void enqueue(HostTask operation) {
        synchronized (lock) {
            requireOpen();
            queue.add(operation);
            lock.notifyAll();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("stream " + name + " is closed");
        }
    }

    private void drain() {
        Throwable failure = null;
        for (HostTask next = next(); next != null; next = next()) {
            try {
                next.run(failure);
            } catch (CompletionException waited) {
                failure = failure == null ? waited.getCause() : failure;
            } catch (RuntimeException | Error raised) {
                failure = failure == null ? raised : failure;
            }
        }
    }

    private @Nullable HostTask next() {
        synchronized (lock) {
            while (queue.isEmpty() && !closed) {
                try {
                    lock.wait();
                } catch (InterruptedException _) {
                    // Only close() ends a stream: what is queued holds memory that others wait for.
                }
            }
            return queue.poll();
        }
    }
}
