package dev.penstock.gpu;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A queue of work on a device, run in the order in which it was queued.
///
/// The queueing methods return without waiting. After a failure of queued work the stream has failed for good: later
/// copies do nothing, later events fail with the same cause, later host tasks are told it, and
/// [#synchronize()] throws it.
public interface DeviceStream extends AutoCloseable {

    /// Work on the host in the order of a stream.
    @FunctionalInterface
    interface HostTask {

        /// Runs on a thread of the device when all earlier work of the stream has ended; later work waits for it. It
        /// must be short, must not wait and must not call the device.
        ///
        /// @param failure why the stream has failed, or null
        void run(@Nullable Throwable failure);
    }

    /// Queues a copy of `source` to `destination` from `offsetBytes` on (`cuMemcpyHtoDAsync`).
    ///
    /// @param source native host memory, accessible from any thread, unchanged until the copy has ended
    void copyToDevice(MemorySegment source, DeviceBuffer destination, long offsetBytes);

    /// Queues the recording of an event (`cuEventRecord`).
    void record(DeviceEvent event);

    /// Queues a wait for the most recent recording of an event, which may be on another stream (`cuStreamWaitEvent`).
    void await(DeviceEvent event);

    /// Queues work on the host. The task runs exactly once, also after a failure: where a driver drops its callbacks
    /// then (`cuLaunchHostFunc` does), the implementation runs the tasks left over itself, at the latest in [#close()].
    void run(HostTask task);

    /// Makes the calling thread wait for everything queued so far; counted by the device. Throws a
    /// [dev.penstock.error.DeviceException] where the stream has failed.
    void synchronize();

    /// Waits until everything queued has ended, failed or not, then releases the stream. Not to be called from a
    /// [HostTask]. Closing twice does nothing; any other call after it fails with an `IllegalStateException`.
    @Override
    void close();
}
