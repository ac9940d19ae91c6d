package dev.penstock.bench.scale;

import java.lang.management.ManagementFactory;

/// The heap that is reachable now, as far as full collections tell.
final class LiveHeap {

    /// Cleaners and reference queues need a second collection, the odd finishing thread a third.
    private static final int COLLECTIONS = 3;

    private LiveHeap() {}

    static long bytes() {
        long least = Long.MAX_VALUE;
        for (int collection = 0; collection < COLLECTIONS; collection++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /// Megabytes more than there were before; not negative.
    static double megabytesSince(long bytesBefore) {
        return Math.max(0, bytes() - bytesBefore) / 1e6;
    }
}
