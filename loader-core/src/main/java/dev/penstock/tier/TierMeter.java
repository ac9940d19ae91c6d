package dev.penstock.tier;

import java.util.concurrent.atomic.LongAdder;

/// Counts what the tiers of one loader do; one is shared by all of them.
///
/// Threading: any thread, without contention. A snapshot is not one instant: each count is right by itself.
public final class TierMeter {

    final LongAdder ramHits = new LongAdder();
    final LongAdder ramMisses = new LongAdder();
    final LongAdder ramPrefetches = new LongAdder();
    final LongAdder ramEvictions = new LongAdder();
    final LongAdder failedLoads = new LongAdder();
    final LongAdder diskHits = new LongAdder();
    final LongAdder diskHitBytes = new LongAdder();
    final LongAdder diskMisses = new LongAdder();
    final LongAdder diskWrites = new LongAdder();
    final LongAdder diskWriteBytes = new LongAdder();
    final LongAdder diskEvictions = new LongAdder();
    final LongAdder diskBypasses = new LongAdder();
    final LongAdder tornBlocks = new LongAdder();
    final LongAdder diskReadFailures = new LongAdder();
    final LongAdder diskWriteFailures = new LongAdder();

    public TierCounters snapshot() {
        return new TierCounters(
                ramHits.sum(),
                ramMisses.sum(),
                ramPrefetches.sum(),
                ramEvictions.sum(),
                failedLoads.sum(),
                diskHits.sum(),
                diskHitBytes.sum(),
                diskMisses.sum(),
                diskWrites.sum(),
                diskWriteBytes.sum(),
                diskEvictions.sum(),
                diskBypasses.sum(),
                tornBlocks.sum(),
                diskReadFailures.sum(),
                diskWriteFailures.sum());
    }
}
