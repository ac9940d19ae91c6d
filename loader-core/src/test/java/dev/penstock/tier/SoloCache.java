package dev.penstock.tier;

import java.util.Optional;

/// A cache in RAM with one job.
record SoloCache(BlockCache cache, JobBlocks job) implements AutoCloseable {

    static SoloCache open(
            BlockMap map, BlockSource source, NextUse order, StepClock clock, long ramBytes, TierMeter meter) {
        BlockCache cache = BlockCache.open(new CacheConfig(map.blockBytes(), ramBytes, Optional.empty()));
        return new SoloCache(cache, cache.attach(map, source, order, clock, meter));
    }

    boolean prefetch(int block, long step) {
        return job.prefetch(block, step);
    }

    int pinResident(BlockPins pins) {
        return job.pinResident(pins);
    }

    /// Without detaching the job first.
    @Override
    public void close() {
        cache.close();
    }
}
