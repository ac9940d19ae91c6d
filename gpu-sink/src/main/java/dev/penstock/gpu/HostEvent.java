package dev.penstock.gpu;

import dev.penstock.error.DeviceException;
import dev.penstock.error.FailureMessage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;

/// An event of the host device: the future of its most recent recording.
final class HostEvent implements DeviceEvent {

    private final AtomicLong hostBlockingCalls;
    private volatile CompletableFuture<Void> recording = CompletableFuture.completedFuture(null);

    HostEvent(AtomicLong hostBlockingCalls) {
        this.hostBlockingCalls = hostBlockingCalls;
    }

    CompletableFuture<Void> beginRecording() {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        recording = begun;
        return begun;
    }

    CompletableFuture<Void> recording() {
        return recording;
    }

    @Override
    public boolean isComplete() {
        CompletableFuture<Void> recorded = recording;
        if (recorded.isDone()) {
            join(recorded);
            return true;
        }
        return false;
    }

    @Override
    public void synchronize() {
        hostBlockingCalls.incrementAndGet();
        join(recording);
    }

    @Override
    public void close() {}

    /// Waits, and throws the failure of the stream that recorded.
    static void join(CompletableFuture<Void> recorded) {
        try {
            recorded.join();
        } catch (CompletionException failure) {
            throw new DeviceException(
                    FailureMessage.of("device stream")
                            .with("device", "host")
                            .with("found", failure.getCause())
                            .remedy("see the cause"),
                    failure.getCause());
        }
    }
}
