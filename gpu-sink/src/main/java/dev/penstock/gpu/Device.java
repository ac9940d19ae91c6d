package dev.penstock.gpu;

import java.lang.foreign.MemorySegment;

/// Something with memory and streams that batches are copied to; its model is CUDA's.
///
/// Work is queued on streams and runs in the order of its stream, concurrently with other streams and with the host.
/// Events order streams among each other. Queueing never waits for earlier work; the calls that do wait are
/// [DeviceStream#synchronize()], [DeviceEvent#synchronize()] and the `close` methods, and each call of a
/// `synchronize` is counted, so that a pipeline can prove that it makes none.
///
/// Failures: a refused call throws at once, [dev.penstock.error.ResourceExhaustedException] when memory is lacking and
/// [dev.penstock.error.DeviceException] otherwise. A failure of queued work fails its stream for good, see
/// [DeviceStream].
///
/// Ownership: whoever made a buffer, stream, event or registration closes it. A buffer, event or source memory must
/// outlive the queued work that names it.
///
/// Threading: every method of every type of this interface may be called from any thread, without regard to a
/// current device or context; an implementation sets what it needs on the calling thread.
public interface Device extends AutoCloseable {

    /// What a person calls it, with its number where there are several, such as `cuda:0 NVIDIA H200`.
    String name();

    DeviceKind kind();

    /// Page-locks native host memory and makes it known for fast copies, until the registration is closed
    /// (`cuMemHostRegister`). Copies from memory that is not registered are right, but may be slower and may wait.
    ///
    /// @param hostMemory native; not registered already
    RegisteredMemory register(MemorySegment hostMemory);

    /// Memory on the device, with undefined content, aligned for any element type and at least to 64 bytes.
    DeviceBuffer allocate(long sizeBytes);

    /// A queue of work that does not wait for any other stream of itself (`CU_STREAM_NON_BLOCKING`).
    ///
    /// @param name for diagnostics
    DeviceStream newStream(String name);

    /// An event that has not been recorded (`CU_EVENT_DISABLE_TIMING`).
    DeviceEvent newEvent();

    /// How often a thread of this process has asked this device to make it wait.
    long hostBlockingCallCount();

    /// Ends the streams that are still open after their queued work has run.
    @Override
    void close();
}
