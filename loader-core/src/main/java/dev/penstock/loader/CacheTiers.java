package dev.penstock.loader;

import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.plan.BlockUses;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.tier.BlockCache;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.BlockSource;
import dev.penstock.tier.JobBlocks;
import dev.penstock.tier.OriginSource;
import dev.penstock.tier.RetryingSource;
import dev.penstock.tier.StepClock;
import dev.penstock.tier.TierCounters;
import dev.penstock.tier.TierMeter;
import dev.penstock.tier.WarmUp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The path of a block as one loader has it: origin, retries, and a cache, its own or one it shares with others.
final class CacheTiers implements AutoCloseable {

    /// With the first delay, a storage node may be away for about six seconds before a run fails.
    private static final int RETRIES = 6;

    private static final Duration FIRST_RETRY_DELAY = Duration.ofMillis(100);

    /// What becomes of the cache when the loader is closed.
    enum Ownership {
        OWN,
        SHARED
    }

    private final BlockMap blockMap;
    private final StepClock clock;
    private final TierMeter meter;
    private final BlockCache cache;
    private final Ownership ownership;
    private final JobBlocks blocks;

    private CacheTiers(
            BlockMap blockMap,
            StepClock clock,
            TierMeter meter,
            BlockCache cache,
            Ownership ownership,
            JobBlocks blocks) {
        this.blockMap = blockMap;
        this.clock = clock;
        this.meter = meter;
        this.cache = cache;
        this.ownership = ownership;
        this.blocks = blocks;
    }

    /// Opens a cache for one loader.
    static CacheTiers open(
            DatasetIndex index, ObjectStore store, SampleOrder order, GlobalBatches batches, LoaderConfig config) {
        List<ObjectMetadata> objects = index.currentObjects(store);
        BlockMap blockMap = blockMap(index, store, objects, config.cache().blockBytes());
        BlockCache cache = BlockCache.open(config.cache().forData(blockMap));
        try {
            return attach(index, store, order, batches, config.startStep(), objects, blockMap, cache, Ownership.OWN);
        } catch (RuntimeException refused) {
            cache.close();
            throw refused;
        }
    }

    /// Attaches a loader to a cache that outlives it.
    static CacheTiers attach(
            DatasetIndex index,
            ObjectStore store,
            SampleOrder order,
            GlobalBatches batches,
            LoaderConfig config,
            BlockCache cache) {
        List<ObjectMetadata> objects = index.currentObjects(store);
        BlockMap blockMap = blockMap(index, store, objects, cache.blockBytes());
        return attach(index, store, order, batches, config.startStep(), objects, blockMap, cache, Ownership.SHARED);
    }

    private static BlockMap blockMap(
            DatasetIndex index, ObjectStore store, List<ObjectMetadata> objects, int blockBytes) {
        List<String> identities = new ArrayList<>();
        for (int s = 0; s < index.shardCount(); s++) {
            ShardIndex shard = index.shard(s);
            identities.add(store.root() + "\n" + shard.object().key() + "\n" + shard.digest());
        }
        long[] sizes = objects.stream().mapToLong(ObjectMetadata::sizeBytes).toArray();
        return new BlockMap(sizes, identities, blockBytes);
    }

    private static CacheTiers attach(
            DatasetIndex index,
            ObjectStore store,
            SampleOrder order,
            GlobalBatches batches,
            long startStep,
            List<ObjectMetadata> objects,
            BlockMap blockMap,
            BlockCache cache,
            Ownership ownership) {
        TierMeter meter = new TierMeter();
        StepClock clock = new StepClock(startStep);
        BlockSource origin = new RetryingSource(
                new OriginSource(store, objects, blockMap, meter), RETRIES, FIRST_RETRY_DELAY, meter);
        JobBlocks blocks = cache.attach(blockMap, origin, new BlockUses(index, order, batches, blockMap), clock, meter);
        return new CacheTiers(blockMap, clock, meter, cache, ownership, blocks);
    }

    BlockMap blockMap() {
        return blockMap;
    }

    StepClock clock() {
        return clock;
    }

    JobBlocks blocks() {
        return blocks;
    }

    TierCounters counters() {
        return meter.snapshot();
    }

    WarmUp warmUp() {
        return cache.warmUp();
    }

    /// Waits for the loader's loads in flight; a cache of its own then frees memory and files.
    @Override
    public void close() {
        blocks.close();
        if (ownership == Ownership.OWN) {
            cache.close();
        }
    }
}
