package dev.penstock.gpu;

import dev.penstock.batch.Batch;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.DeviceException;
import dev.penstock.error.FailureMessage;
import dev.penstock.sink.BatchSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The sink of a consumer that computes on a device: a ring of device buffers, filled by a copy stream.
///
/// While batch n computes, n + 1 is copied and n + 2 is filled by the loader. Events order the two streams, so that
/// the host waits for neither:
///
/// ```
/// copy stream      await consumed(b) | copy slot -> b | record copied(b) | give the slot back
/// consumer stream                       await copied(b) | compute on b | record consumed(b)
/// ```
///
/// The consumer calls [RingBatch#readyOn], queues its work, and calls [RingBatch#closeAfter]. A slot goes back as
/// soon as its copy has ended, long before the consumer is done with the buffer.
///
/// A copy that fails releases its slot too; it fails the consumer's stream through the event, and the next
/// [#accept].
public final class DeviceRing implements BatchSink {

    private final Device device;
    private final long bufferBytes;
    private final DeviceStream copyStream;
    private final List<RingBuffer> buffers = new ArrayList<>();
    private final ArrayDeque<RingBuffer> free = new ArrayDeque<>();
    private final Set<Batch> copying = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Throwable copyFailure;
    private boolean closed;

    /// @param bufferCount most staged batches that are open at once; 2 overlap copy and compute, 3 also hide jitter
    /// @param bufferBytes size of each buffer: that of the largest batch, such as the size of the loader's slots
    public DeviceRing(Device device, int bufferCount, long bufferBytes) {
        if (bufferCount < 1 || bufferBytes < 1) {
            throw new ConfigurationException(FailureMessage.of("device ring")
                    .with("bufferCount", bufferCount)
                    .with("bufferBytes", bufferBytes)
                    .remedy("use at least 1 of each"));
        }
        this.device = device;
        this.bufferBytes = bufferBytes;
        this.copyStream = device.newStream("copy");
        try {
            for (int i = 0; i < bufferCount; i++) {
                buffers.add(new RingBuffer(device.allocate(bufferBytes), device.newEvent(), device.newEvent()));
            }
        } catch (RuntimeException | Error failure) {
            copyStream.close();
            buffers.forEach(RingBuffer::close);
            throw failure;
        }
        free.addAll(buffers);
    }

    @Override
    public synchronized RingBatch accept(Batch batch) {
        RingBuffer buffer;
        CopyEvent event;
        try {
            requireUsable(batch);
            buffer = free.element();
            copyStream.await(buffer.consumed());
            copying.add(batch);
            event = beginRecorded(batch);
            copyStream.copyToDevice(batch.slot().asSlice(0, batch.layout().totalBytes()), buffer.memory(), 0);
        } catch (RuntimeException | Error failure) {
            release(batch);
            throw failure;
        }
        // From here on the copy may run, and only its end, or that of the stream, may give the slot back.
        copyStream.record(buffer.copied());
        RingBatch staged = new RingBatch(this, buffer, batch);
        free.remove();
        copyStream.run(failure -> endCopy(batch, event, failure));
        return staged;
    }

    /// Where copies are recorded, their time begins when the stream gets to them.
    private @Nullable CopyEvent beginRecorded(Batch batch) {
        CopyEvent event = CopyEvent.begun(batch);
        if (event != null) {
            copyStream.run(_ -> event.begin());
        }
        return event;
    }

    @Override
    public int capacity() {
        return buffers.size();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        copyStream.close();
        copying.forEach(this::release);
        buffers.forEach(RingBuffer::close);
    }

    /// Takes a buffer back; its next copy waits until `consumer` has reached this point, where there is one.
    synchronized void giveBack(RingBuffer buffer, @Nullable DeviceStream consumer) {
        if (closed) {
            return;
        }
        if (consumer != null) {
            consumer.record(buffer.consumed());
        }
        free.add(buffer);
    }

    private void requireUsable(Batch batch) {
        if (closed) {
            throw new IllegalStateException("device ring is closed");
        }
        Throwable failure = copyFailure;
        if (failure != null) {
            throw new DeviceException(
                    FailureMessage.of("copy to device")
                            .with("device", device.name())
                            .with("found", failure)
                            .remedy("close the ring and the loader, and resume from the last checkpoint"),
                    failure);
        }
        if (free.isEmpty()) {
            throw new IllegalStateException(
                    "all " + capacity() + " buffers of the device ring are with the consumer; close a batch first");
        }
        if (batch.layout().totalBytes() > bufferBytes) {
            throw new ConfigurationException(FailureMessage.of("copy to device")
                    .with("device", device.name())
                    .with("step", batch.step())
                    .with("rank", batch.rank())
                    .with("batchBytes", batch.layout().totalBytes())
                    .with("bufferBytes", bufferBytes)
                    .remedy("make the ring's buffers as large as the loader's slots"));
        }
    }

    private void endCopy(Batch batch, @Nullable CopyEvent event, @Nullable Throwable failure) {
        if (failure != null) {
            copyFailure = failure;
        } else if (event != null) {
            event.ended(batch.layout().totalBytes());
        }
        release(batch);
    }

    private void release(Batch batch) {
        copying.remove(batch);
        batch.close();
    }
}
