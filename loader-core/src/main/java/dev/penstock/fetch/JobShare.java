package dev.penstock.fetch;

/// What one of the jobs that share a limit was let through: start-time fair queueing (Goyal et al., 1996), with bytes
/// for time. Guarded by the stage's lock.
///
/// The job with the least goes first. One that wanted nothing for a while begins at what the others have: it may not
/// save up its share.
final class JobShare {

    /// What a request costs besides its bytes: the 12 ms before its first one, at the 85 MB/s of a connection.
    private static final long REQUEST_BYTES = 1 << 20;

    private final RangeSource source;
    private final FetchMeter meter;
    private long servedBytes;
    private int waiting;

    JobShare(RangeSource source, FetchMeter meter) {
        this.source = source;
        this.meter = meter;
    }

    RangeSource source() {
        return source;
    }

    FetchMeter meter() {
        return meter;
    }

    long servedBytes() {
        return servedBytes;
    }

    /// One more request waits.
    ///
    /// @param presentBytes what the job that went last had had
    void wants(long presentBytes) {
        if (waiting++ == 0) {
            servedBytes = Math.max(servedBytes, presentBytes);
        }
    }

    /// A request waits no more.
    void leave() {
        waiting--;
    }

    /// Lets a request through, and returns what the job had had before.
    long send(long bytes) {
        long before = servedBytes;
        servedBytes += REQUEST_BYTES + bytes;
        return before;
    }
}
