package dev.penstock.gpu;

/// Memory on a device.
public interface DeviceBuffer extends AutoCloseable {

    /// The device pointer of its first byte.
    long address();

    long sizeBytes();

    /// Frees the memory; no queued work may name it any more. Closing twice does nothing.
    @Override
    void close();
}
