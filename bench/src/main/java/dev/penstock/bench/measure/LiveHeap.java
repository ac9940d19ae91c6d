package dev.penstock.bench.measure;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/// The heap that is reachable now, as full collections themselves count it: a moment later, running threads have taken
/// buffers of it that count as used.
public final class LiveHeap {

    /// Cleaners and reference queues need a second collection, the odd finishing thread a third.
    private static final int COLLECTIONS = 3;

    private LiveHeap() {}

    public static long bytes() {
        long least = Long.MAX_VALUE;
        for (int collection = 0; collection < COLLECTIONS; collection++) {
            System.gc();
            least = Math.min(least, afterLatestCollection());
        }
        return least;
    }

    /// Of two collections, young and full, the full one ends last.
    private static long afterLatestCollection() {
        List<String> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getName)
                .toList();
        return ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class).stream()
                .map(GarbageCollectorMXBean::getLastGcInfo)
                .filter(Objects::nonNull)
                .max(Comparator.comparingLong(GcInfo::getEndTime))
                .orElseThrow()
                .getMemoryUsageAfterGc()
                .entrySet()
                .stream()
                .filter(pool -> heap.contains(pool.getKey()))
                .mapToLong(pool -> pool.getValue().getUsed())
                .sum();
    }

    /// Megabytes more than there were before; not negative.
    public static double megabytesSince(long bytesBefore) {
        return Math.max(0, bytes() - bytesBefore) / 1e6;
    }
}
