package dev.penstock.fetch;

/// The bytes that hedges may waste: a bucket that useful bytes fill by their share.
///
/// A hedge takes what it may bring twice and gives back what it did not, so over any time the bytes wasted are at most
/// the share of the useful ones and what there was at first. Threading: any thread.
final class HedgeBudget {

    /// Two blocks of the default size, so that a run whose first blocks stall is not left alone with them.
    private static final long INITIAL_BYTES = 16 << 20;

    /// One block for each of 64 connections: a path that fails as a whole may be hedged as a whole, once.
    private static final long MOST_BYTES = 512 << 20;

    private final double share;
    private double bytes;

    /// @param share of the useful bytes
    HedgeBudget(double share) {
        this(share, INITIAL_BYTES);
    }

    HedgeBudget(double share, long initialBytes) {
        this.share = share;
        this.bytes = initialBytes;
    }

    synchronized boolean take(long wanted) {
        if (bytes < wanted) {
            return false;
        }
        bytes -= wanted;
        return true;
    }

    synchronized void giveBack(long unused) {
        bytes += unused;
    }

    synchronized void earn(long usefulBytes) {
        bytes = Math.max(bytes, Math.min(MOST_BYTES, bytes + share * usefulBytes));
    }

    synchronized double bytes() {
        return bytes;
    }
}
