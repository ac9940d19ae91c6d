package dev.penstock.storage.mem;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/// One object being gathered in memory; the commit puts an exact copy into the store's map.
final class MemWriter implements ObjectWriter {

    private static final AtomicLong NEXT_VERSION = new AtomicLong();
    private static final long FIRST_CAPACITY_BYTES = 64L << 10;

    private final URI root;
    private final String key;
    private final ConcurrentMap<String, MemObject> objects;
    private MemorySegment gathered = MemorySegment.NULL;
    private long sizeBytes;
    private boolean finished;

    MemWriter(URI root, String key, ConcurrentMap<String, MemObject> objects) {
        this.root = root;
        this.key = key;
        this.objects = objects;
    }

    @Override
    public void write(ByteBuffer bytes) {
        requireUnfinished();
        long addedBytes = bytes.remaining();
        if (sizeBytes + addedBytes > gathered.byteSize()) {
            long doubled = Math.max(FIRST_CAPACITY_BYTES, gathered.byteSize() * 2);
            MemorySegment larger = allocate(Math.max(doubled, sizeBytes + addedBytes));
            MemorySegment.copy(gathered, 0, larger, 0, sizeBytes);
            gathered = larger;
        }
        MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, gathered, sizeBytes, addedBytes);
        bytes.position(bytes.limit());
        sizeBytes += addedBytes;
    }

    @Override
    public ObjectMetadata commit() {
        requireUnfinished();
        MemorySegment exact = allocate(sizeBytes).copyFrom(gathered.asSlice(0, sizeBytes));
        ObjectMetadata metadata = new ObjectMetadata(key, sizeBytes, Long.toString(NEXT_VERSION.getAndIncrement()));
        objects.put(key, new MemObject(metadata, exact.asReadOnly()));
        close();
        return metadata;
    }

    @Override
    public void close() {
        finished = true;
        gathered = MemorySegment.NULL;
    }

    private MemorySegment allocate(long bytes) {
        try {
            return Arena.ofAuto().allocate(bytes);
        } catch (OutOfMemoryError exhausted) {
            throw new ResourceExhaustedException(
                    FailureMessage.of("object write")
                            .with("uri", root)
                            .with("key", key)
                            .with("bytes", bytes)
                            .remedy("raise -XX:MaxDirectMemorySize, or keep the data in a file: store"),
                    exhausted);
        }
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("writer of " + key + " is committed or closed");
        }
    }
}
