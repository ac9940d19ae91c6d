package dev.penstock.fetch;

/// How long requests to one origin take, from sending to the first byte and from there on for each byte.
///
/// Requests that were hedged are left out: of a late one only that it was late is known. Threading: any thread.
final class ServiceTimes {

    /// Before so many requests nothing is called late.
    static final int FEWEST_MEASUREMENTS = 16;

    /// "Deferring a secondary request until the first has been outstanding for more than the 95th-percentile expected
    /// latency" (Dean and Barroso, The Tail at Scale, 2013).
    private static final double LATE_QUANTILE = 0.95;

    /// What lies between the quantile and late, or one request in twenty would be called so where nothing is wrong.
    private static final double LATE_FACTOR = 1.5;

    private static final double TYPICAL = 0.5;
    private static final long MIB = 1 << 20;

    private final RecentQuantiles firstByteNanos = new RecentQuantiles();
    private final RecentQuantiles nanosPerMib = new RecentQuantiles();

    /// Tells of a request that was served.
    ///
    /// @param firstByte nanoseconds to the first byte
    /// @param bytes that came after it, over `body` nanoseconds
    void record(long firstByte, long bytes, long body) {
        firstByteNanos.record(firstByte);
        if (bytes > 0) {
            nanosPerMib.record((long) ((double) body * MIB / bytes));
        }
    }

    boolean known() {
        return firstByteNanos.count() >= FEWEST_MEASUREMENTS && nanosPerMib.count() >= FEWEST_MEASUREMENTS;
    }

    /// Silence that is out of the ordinary: before the first byte, and all the more after it.
    long lateNanos() {
        return (long) (LATE_FACTOR * firstByteNanos.quantile(LATE_QUANTILE));
    }

    /// What a request sent now is expected to take.
    long expectedNanos(long bytes) {
        return firstByteNanos.quantile(LATE_QUANTILE) + bodyNanos(bytes);
    }

    private long bodyNanos(long bytes) {
        return (long) ((double) bytes * nanosPerMib.quantile(TYPICAL) / MIB);
    }
}
