package dev.penstock.metrics;

import dev.penstock.tier.TierCounters;
import java.util.function.Supplier;

/// Registers the meters of what the cache tiers do for one loader.
final class TierMeters {

    static final String TIER = "tier";
    static final String RAM = "ram";
    static final String DISK = "disk";

    private static final String BLOCKS = "blocks";
    private static final String BYTES = "bytes";
    private static final String HITS = "penstock.tier.hits";
    private static final String HIT = "Blocks that the tier had";
    private static final String MISSES = "penstock.tier.misses";
    private static final String MISS = "Blocks that the tier did not have";
    private static final String EVICTIONS = "penstock.tier.evictions";
    private static final String EVICTED = "Blocks dropped for another";
    private static final String FAILURES = "penstock.tier.failures";
    private static final String FAILED = "Operations of the tier that failed";
    private static final String OPERATION = "operation";

    private TierMeters() {}

    static void register(MeterGroup group, Supplier<TierCounters> tiers) {
        registerRam(group, tiers);
        registerDisk(group, tiers);
    }

    private static void registerRam(MeterGroup group, Supplier<TierCounters> tiers) {
        group.counter(HITS, BLOCKS, HIT, tiers, TierCounters::ramHits, TIER, RAM);
        group.counter(MISSES, BLOCKS, MISS, tiers, TierCounters::ramMisses, TIER, RAM);
        group.counter(EVICTIONS, BLOCKS, EVICTED, tiers, TierCounters::ramEvictions, TIER, RAM);
        group.counter(FAILURES, BLOCKS, FAILED, tiers, TierCounters::failedLoads, TIER, RAM, OPERATION, "load");
        group.counter(
                "penstock.tier.prefetches",
                BLOCKS,
                "Loads begun ahead of their need",
                tiers,
                TierCounters::ramPrefetches,
                TIER,
                RAM);
    }

    private static void registerDisk(MeterGroup group, Supplier<TierCounters> tiers) {
        group.counter(HITS, BLOCKS, HIT, tiers, TierCounters::diskHits, TIER, DISK);
        group.counter(MISSES, BLOCKS, MISS, tiers, TierCounters::diskMisses, TIER, DISK);
        group.counter(EVICTIONS, BLOCKS, EVICTED, tiers, TierCounters::diskEvictions, TIER, DISK);
        group.counter(FAILURES, BLOCKS, FAILED, tiers, TierCounters::diskReadFailures, TIER, DISK, OPERATION, "read");
        group.counter(FAILURES, BLOCKS, FAILED, tiers, TierCounters::diskWriteFailures, TIER, DISK, OPERATION, "write");
        group.counter("penstock.tier.read", BYTES, "Read from the tier", tiers, TierCounters::diskHitBytes, TIER, DISK);
        group.counter("penstock.tier.writes", BLOCKS, "Blocks written", tiers, TierCounters::diskWrites, TIER, DISK);
        group.counter(
                "penstock.tier.written", BYTES, "Written to the tier", tiers, TierCounters::diskWriteBytes, TIER, DISK);
        group.counter(
                "penstock.tier.bypasses",
                BLOCKS,
                "Blocks not admitted, being needed later than all that are there",
                tiers,
                TierCounters::diskBypasses,
                TIER,
                DISK);
        group.counter(
                "penstock.tier.damaged",
                BLOCKS,
                "Blocks that were not what was written, fetched again",
                tiers,
                TierCounters::tornBlocks,
                TIER,
                DISK);
    }
}
