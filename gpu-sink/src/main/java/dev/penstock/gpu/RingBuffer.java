package dev.penstock.gpu;

/// One buffer of a [DeviceRing] and the two events that say who may touch it.
///
/// @param copied recorded by the copy stream when the batch is in the buffer
/// @param consumed recorded by the consumer's stream when it has finished with the batch
record RingBuffer(DeviceBuffer memory, DeviceEvent copied, DeviceEvent consumed) implements AutoCloseable {

    @Override
    public void close() {
        copied.close();
        consumed.close();
        memory.close();
    }
}
