package dev.penstock.tier;

/// What tiers and origin have done for one job since it was attached: one snapshot of a [TierMeter].
///
/// @param ramHits leases of a block that was resident
/// @param ramMisses leases of a block that had to be waited for
/// @param ramPrefetches loads begun ahead of a lease
/// @param ramEvictions blocks dropped from RAM for another
/// @param failedLoads loads into RAM that ended with an error
/// @param diskHits blocks read, whole and verified, from the disk tier
/// @param diskHitBytes bytes of those
/// @param diskMisses blocks asked of the disk tier that it did not hold
/// @param diskWrites blocks written to disk
/// @param diskWriteBytes bytes of those
/// @param diskEvictions blocks dropped from disk for another
/// @param diskBypasses blocks not admitted to disk, because they are needed later than every block there
/// @param tornBlocks blocks on disk whose header or bytes were not what was written; fetched again
/// @param diskReadFailures blocks on disk that could not be read; fetched again
/// @param diskWriteFailures blocks that could not be written (disk full, quota, turned read-only since the start); the
///     run goes on without
public record TierCounters(
        long ramHits,
        long ramMisses,
        long ramPrefetches,
        long ramEvictions,
        long failedLoads,
        long diskHits,
        long diskHitBytes,
        long diskMisses,
        long diskWrites,
        long diskWriteBytes,
        long diskEvictions,
        long diskBypasses,
        long tornBlocks,
        long diskReadFailures,
        long diskWriteFailures) {

    /// Both together, as of two jobs side by side.
    public TierCounters plus(TierCounters other) {
        return new TierCounters(
                ramHits + other.ramHits,
                ramMisses + other.ramMisses,
                ramPrefetches + other.ramPrefetches,
                ramEvictions + other.ramEvictions,
                failedLoads + other.failedLoads,
                diskHits + other.diskHits,
                diskHitBytes + other.diskHitBytes,
                diskMisses + other.diskMisses,
                diskWrites + other.diskWrites,
                diskWriteBytes + other.diskWriteBytes,
                diskEvictions + other.diskEvictions,
                diskBypasses + other.diskBypasses,
                tornBlocks + other.tornBlocks,
                diskReadFailures + other.diskReadFailures,
                diskWriteFailures + other.diskWriteFailures);
    }
}
