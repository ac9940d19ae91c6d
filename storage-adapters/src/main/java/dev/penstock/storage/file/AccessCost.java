package dev.penstock.storage.file;

/// What a number of reads of one access took, all together.
///
/// @param wallNanos from call to return, added over the threads that read
/// @param cpuNanos of those threads
record AccessCost(int readCount, long bytes, long wallNanos, long cpuNanos) {

    static final AccessCost NONE = new AccessCost(0, 0, 0, 0);

    /// A fifth: on a device that others use as well, equal reads differ by that much.
    private static final double CLEARLY_FASTER = 1.25;

    static AccessCost ofRead(long bytes, long wallNanos, long cpuNanos) {
        return new AccessCost(1, bytes, wallNanos, cpuNanos);
    }

    AccessCost plus(AccessCost other) {
        return new AccessCost(
                readCount + other.readCount,
                bytes + other.bytes,
                wallNanos + other.wallNanos,
                cpuNanos + other.cpuNanos);
    }

    /// Of one thread that reads.
    double bytesPerSec() {
        return bytes * 1e9 / Math.max(1, wallNanos);
    }

    double cpuSecondsPerGb() {
        return cpuNanos / (double) Math.max(1, bytes);
    }

    /// The access to keep: the one that is clearly faster, else the one that takes less CPU, else the page cache.
    static Access better(AccessCost buffered, AccessCost direct) {
        if (buffered.bytesPerSec() > CLEARLY_FASTER * direct.bytesPerSec()) {
            return Access.BUFFERED;
        }
        if (direct.bytesPerSec() > CLEARLY_FASTER * buffered.bytesPerSec()) {
            return Access.DIRECT;
        }
        return direct.cpuSecondsPerGb() < buffered.cpuSecondsPerGb() ? Access.DIRECT : Access.BUFFERED;
    }
}
