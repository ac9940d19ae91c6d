package dev.penstock.loader;

import dev.penstock.fetch.FetchCounters;
import dev.penstock.fetch.FetchMeter;
import dev.penstock.fetch.Origin;
import dev.penstock.fetch.OriginLimit;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.plan.BlockUses;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.tier.BlockCache;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.CacheUse;
import dev.penstock.tier.JobBlocks;
import dev.penstock.tier.NextUse;
import dev.penstock.tier.StepClock;
import dev.penstock.tier.TierCounters;
import dev.penstock.tier.TierMeter;
import dev.penstock.tier.WarmUp;
import java.util.ArrayList;
import java.util.List;

/// The path of a block as one loader has it: the origin, and a cache, its own or one it shares with others.
final class CacheTiers implements AutoCloseable {

    /// What becomes of the cache when the loader is closed.
    enum Ownership {
        OWN,
        SHARED
    }

    private final BlockMap blockMap;
    private final StepClock clock;
    private final TierMeter meter;
    private final FetchMeter fetches;
    private final Origin origin;
    private final BlockCache cache;
    private final Ownership ownership;
    private final JobBlocks blocks;

    private CacheTiers(
            BlockMap blockMap,
            StepClock clock,
            TierMeter meter,
            FetchMeter fetches,
            Origin origin,
            BlockCache cache,
            Ownership ownership,
            JobBlocks blocks) {
        this.blockMap = blockMap;
        this.clock = clock;
        this.meter = meter;
        this.fetches = fetches;
        this.origin = origin;
        this.cache = cache;
        this.ownership = ownership;
        this.blocks = blocks;
    }

    /// Opens a cache for one loader.
    static CacheTiers open(
            DatasetIndex index, ObjectStore store, SampleOrder order, GlobalBatches batches, LoaderConfig config) {
        List<ObjectMetadata> objects = index.currentObjects(store);
        BlockMap blockMap = blockMap(index, objects, config.cache().blockBytes());
        BlockCache cache = BlockCache.open(config.cache().forData(blockMap));
        try {
            OriginLimit limit = OriginLimit.of(config.fetch());
            return attach(index, store, order, batches, config, limit, objects, blockMap, cache, Ownership.OWN);
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
            OriginLimit limit,
            BlockCache cache) {
        List<ObjectMetadata> objects = index.currentObjects(store);
        BlockMap blockMap = blockMap(index, objects, cache.blockBytes());
        return attach(index, store, order, batches, config, limit, objects, blockMap, cache, Ownership.SHARED);
    }

    /// A shard's bytes are what its index says, wherever they lie: its name, the version that was indexed, and the
    /// checksum of every chunk. So a dataset that is reached another way (another endpoint, a copy on another store)
    /// finds its blocks, and one that was indexed at another version does not.
    private static BlockMap blockMap(DatasetIndex index, List<ObjectMetadata> objects, int blockBytes) {
        List<String> identities = new ArrayList<>();
        for (int s = 0; s < index.shardCount(); s++) {
            ShardIndex shard = index.shard(s);
            ObjectMetadata indexed = shard.object();
            identities.add(indexed.key() + "\n" + indexed.version() + "\n" + shard.digest());
        }
        long[] sizes = objects.stream().mapToLong(ObjectMetadata::sizeBytes).toArray();
        return new BlockMap(sizes, identities, blockBytes);
    }

    private static CacheTiers attach(
            DatasetIndex index,
            ObjectStore store,
            SampleOrder order,
            GlobalBatches batches,
            LoaderConfig config,
            OriginLimit limit,
            List<ObjectMetadata> objects,
            BlockMap blockMap,
            BlockCache cache,
            Ownership ownership) {
        TierMeter meter = new TierMeter();
        StepClock clock = new StepClock(config.startStep());
        FetchMeter fetches = new FetchMeter();
        Origin origin = Origin.of(store, objects, index, blockMap, config.fetch(), limit, fetches);
        long endStep = config.stepCount(index.sampleCount());
        NextUse uses = new BlockUses(
                index, order, batches, config.regrouping(), config.ranks(), blockMap, config.startStep(), endStep);
        JobBlocks blocks = cache.attach(blockMap, origin, uses, clock, meter);
        return new CacheTiers(blockMap, clock, meter, fetches, origin, cache, ownership, blocks);
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

    CacheUse cacheUse() {
        return cache.use();
    }

    FetchCounters fetchCounters() {
        return fetches.snapshot();
    }

    /// Gives the blocks back; a cache of its own then frees memory and files.
    ///
    /// Loads under way end at once; those that other loaders wait for go on through their origins.
    @Override
    public void close() {
        origin.close();
        blocks.close();
        if (ownership == Ownership.OWN) {
            cache.close();
        }
    }
}
