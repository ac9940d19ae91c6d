package dev.penstock.fetch;

/// What the stages around an origin have done since it was opened: one snapshot of a [FetchMeter].
///
/// @param blocks delivered, whole and verified
/// @param usefulBytes bytes of those
/// @param requests sent to the store
/// @param receivedBytes bytes that requests brought, useful or not; what reaches the host after its read has ended is
///     not seen
/// @param hedges second requests sent beside a late one
/// @param hedgesWon those of them that filled the memory first
/// @param hedgesRefused reads that were late with their deadline near while the budget had no bytes left
/// @param hedgeBytes bytes that hedges wasted: what they and the requests beside them brought twice
/// @param retries requests sent again after a retryable failure, throttling included
/// @param throttles requests the store answered with a wish to be asked less often
/// @param corruptBlocks blocks whose bytes were not those that were indexed; fetched again
/// @param queueNanos time requests waited for their turn, all together
/// @param limit requests that may be in flight now
public record FetchCounters(
        long blocks,
        long usefulBytes,
        long requests,
        long receivedBytes,
        long hedges,
        long hedgesWon,
        long hedgesRefused,
        long hedgeBytes,
        long retries,
        long throttles,
        long corruptBlocks,
        long queueNanos,
        int limit) {

    /// Bytes received for each byte that was of use; 1 before anything was.
    public double wireOverUseful() {
        return usefulBytes == 0 ? 1 : (double) receivedBytes / usefulBytes;
    }

    /// Both together, as of two origins used side by side.
    public FetchCounters plus(FetchCounters other) {
        return new FetchCounters(
                blocks + other.blocks,
                usefulBytes + other.usefulBytes,
                requests + other.requests,
                receivedBytes + other.receivedBytes,
                hedges + other.hedges,
                hedgesWon + other.hedgesWon,
                hedgesRefused + other.hedgesRefused,
                hedgeBytes + other.hedgeBytes,
                retries + other.retries,
                throttles + other.throttles,
                corruptBlocks + other.corruptBlocks,
                queueNanos + other.queueNanos,
                limit + other.limit);
    }
}
