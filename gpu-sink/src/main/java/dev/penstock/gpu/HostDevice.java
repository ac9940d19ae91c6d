package dev.penstock.gpu;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// A device made of this process's memory: every stream is a thread that copies, so that order, reuse and failures
/// are those of a GPU without one.
public final class HostDevice implements Device {

    private static final long ALIGNMENT_BYTES = 64;

    private final AtomicLong hostBlockingCalls = new AtomicLong();
    private final Set<HostStream> streams = ConcurrentHashMap.newKeySet();

    @Override
    public String name() {
        return "host";
    }

    @Override
    public DeviceKind kind() {
        return DeviceKind.HOST;
    }

    /// Checks the memory and does nothing else: a thread needs no page to be locked.
    @Override
    public RegisteredMemory register(MemorySegment hostMemory) {
        requireNative(hostMemory);
        return () -> {};
    }

    @Override
    public DeviceBuffer allocate(long sizeBytes) {
        Arena arena = Arena.ofShared();
        try {
            return new HostBuffer(arena, arena.allocate(sizeBytes, ALIGNMENT_BYTES));
        } catch (OutOfMemoryError exhausted) {
            arena.close();
            throw new ResourceExhaustedException(
                    FailureMessage.of("device allocation")
                            .with("device", name())
                            .with("bytes", sizeBytes)
                            .remedy("use fewer or smaller buffers, or raise -XX:MaxDirectMemorySize"),
                    exhausted);
        }
    }

    @Override
    public DeviceStream newStream(String name) {
        HostStream stream = new HostStream(name, hostBlockingCalls, streams::remove);
        streams.add(stream);
        return stream;
    }

    @Override
    public DeviceEvent newEvent() {
        return new HostEvent(hostBlockingCalls);
    }

    @Override
    public long hostBlockingCallCount() {
        return hostBlockingCalls.get();
    }

    @Override
    public void close() {
        streams.forEach(HostStream::close);
    }

    static void requireNative(MemorySegment hostMemory) {
        if (!hostMemory.isNative()) {
            throw new IllegalArgumentException("a device copies from native memory, not from the heap: " + hostMemory);
        }
    }
}
