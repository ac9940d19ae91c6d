package dev.penstock.tier;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import reactor.core.publisher.Mono;

/// A disk tier with one job.
record SoloDisk(DiskTier tier, DiskBlocks blocks) implements BlockSource, AutoCloseable {

    static SoloDisk open(
            Path directory,
            BlockMap map,
            BlockSource origin,
            NextUse order,
            StepClock clock,
            long budgetBytes,
            TierMeter meter) {
        DiskTier tier = new DiskTier(new DiskTierConfig(directory, budgetBytes), map.blockBytes());
        return new SoloDisk(tier, tier.attach(tier.find(map), origin, order, clock, meter));
    }

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        return blocks.read(block, deadline, destination);
    }

    long sizeBytes() {
        return tier.sizeBytes();
    }

    @Override
    public void close() {
        tier.close();
    }
}
