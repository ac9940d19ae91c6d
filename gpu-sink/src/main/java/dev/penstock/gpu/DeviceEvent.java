package dev.penstock.gpu;

/// A point in a stream that other streams and the host can wait for.
///
/// It stands for its most recent [DeviceStream#record]; recording it anew does not change what earlier
/// [DeviceStream#await] calls wait for. An event that was never recorded is complete.
///
/// Where the recording stream has failed before it reached the point, the event counts as reached and failed: waiting
/// streams fail with the same cause, and the methods here throw a [dev.penstock.error.DeviceException].
public interface DeviceEvent extends AutoCloseable {

    /// Whether the recorded point has been reached; never waits (`cuEventQuery`).
    boolean isComplete();

    /// Makes the calling thread wait for the recorded point; counted by the device.
    void synchronize();

    /// Releases the event; no queued work may name it any more. Closing twice does nothing.
    @Override
    void close();
}
