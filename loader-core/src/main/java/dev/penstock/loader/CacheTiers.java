package dev.penstock.loader;

import dev.penstock.fetch.FetchCounters;
import dev.penstock.fetch.FetchMeter;
import dev.penstock.fetch.Origin;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.plan.BlockUses;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.DiskTier;
import dev.penstock.tier.NextUse;
import dev.penstock.tier.RamTier;
import dev.penstock.tier.StepClock;
import dev.penstock.tier.TierCounters;
import dev.penstock.tier.TierMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The path of a block as one loader has it: origin, disk tier where there is one, RAM tier.
final class CacheTiers implements AutoCloseable {

    private final BlockMap blockMap;
    private final StepClock clock;
    private final TierMeter meter;
    private final FetchMeter fetches;
    private final Origin origin;
    private final @Nullable DiskTier disk;
    private final RamTier ram;

    private CacheTiers(
            BlockMap blockMap,
            StepClock clock,
            TierMeter meter,
            FetchMeter fetches,
            Origin origin,
            @Nullable DiskTier disk,
            RamTier ram) {
        this.blockMap = blockMap;
        this.clock = clock;
        this.meter = meter;
        this.fetches = fetches;
        this.origin = origin;
        this.disk = disk;
        this.ram = ram;
    }

    static CacheTiers open(
            DatasetIndex index, ObjectStore store, SampleOrder order, GlobalBatches batches, LoaderConfig config) {
        List<ObjectMetadata> objects = index.currentObjects(store);
        List<String> identities = new ArrayList<>();
        for (int s = 0; s < index.shardCount(); s++) {
            ShardIndex shard = index.shard(s);
            identities.add(store.root() + "\n" + shard.object().key() + "\n" + shard.digest());
        }
        long[] sizes = objects.stream().mapToLong(ObjectMetadata::sizeBytes).toArray();
        BlockMap blockMap = new BlockMap(sizes, identities, config.blockBytes());
        TierMeter meter = new TierMeter();
        StepClock clock = new StepClock(config.startStep());
        NextUse nextUse = new BlockUses(index, order, batches, blockMap);

        FetchMeter fetches = new FetchMeter();
        Origin origin = Origin.of(store, objects, index, blockMap, config.fetch(), fetches);
        Optional<DiskTierConfig> diskConfig = config.disk();
        if (diskConfig.isEmpty()) {
            RamTier ram = new RamTier(blockMap, origin, nextUse, clock, config.ramBytes(), meter);
            return new CacheTiers(blockMap, clock, meter, fetches, origin, null, ram);
        }
        DiskTier disk = new DiskTier(
                diskConfig.get().directory(),
                blockMap,
                origin,
                nextUse,
                clock,
                diskConfig.get().budgetBytes(),
                meter);
        try {
            RamTier ram = new RamTier(blockMap, disk, nextUse, clock, config.ramBytes(), meter);
            return new CacheTiers(blockMap, clock, meter, fetches, origin, disk, ram);
        } catch (RuntimeException refused) {
            disk.close();
            throw refused;
        }
    }

    BlockMap blockMap() {
        return blockMap;
    }

    StepClock clock() {
        return clock;
    }

    RamTier ram() {
        return ram;
    }

    TierCounters counters() {
        return meter.snapshot();
    }

    FetchCounters fetchCounters() {
        return fetches.snapshot();
    }

    /// Ends the loads in flight, then frees memory and files.
    @Override
    public void close() {
        origin.close();
        ram.close();
        if (disk != null) {
            disk.close();
        }
    }
}
