package dev.penstock.gpu;

/// Host memory that a device knows, until this is closed.
public interface RegisteredMemory extends AutoCloseable {

    /// Ends the registration; no copy from the memory may be queued any more. Closing twice does nothing.
    @Override
    void close();
}
