package dev.penstock.storage.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.reflect.Field;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Netty's leak detector at its most suspicious: buffers that became garbage without being released.
final class Leaks implements AutoCloseable {

    private final ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
    private final List<String> found = new CopyOnWriteArrayList<>();

    private Leaks() {}

    static Leaks watch() throws ReflectiveOperationException {
        Leaks leaks = new Leaks();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        Field detector = Class.forName("io.netty.buffer.AbstractByteBuf").getDeclaredField("leakDetector");
        detector.setAccessible(true);
        ((ResourceLeakDetector<?>) detector.get(null)).setLeakListener((type, records) -> leaks.found.add(records));
        return leaks;
    }

    /// Collects garbage and reports. The detector reports when the next buffer is made.
    List<String> found() {
        for (int round = 0; round < 5; round++) {
            System.gc();
            ByteBuf provoked = PooledByteBufAllocator.DEFAULT.directBuffer(16);
            provoked.release();
        }
        return found;
    }

    @Override
    public void close() {
        ResourceLeakDetector.setLevel(before);
    }
}
