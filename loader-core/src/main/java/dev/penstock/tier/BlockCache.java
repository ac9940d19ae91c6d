package dev.penstock.tier;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The cache of a process: one RAM tier, over one disk tier where there is one, for all jobs attached to it.
///
/// Jobs on the same dataset (the same objects, versions, index and block size) share its blocks and their loads: what
/// one fetches serves all. Jobs on different datasets share the budgets. Which block makes room is decided over the
/// known orders of all jobs: the one that is needed last, in time and not in steps, since jobs differ in pace.
///
/// Ownership: the opener closes, after its jobs; closing fails what they wait for. Threading: any thread.
public final class BlockCache implements AutoCloseable {

    private final CacheConfig config;
    private final RamTier ram;
    private final @Nullable DiskTier disk;
    private final FillRate fillRate = new FillRate(System::nanoTime);

    /// Datasets with a job or with blocks in a tier; guarded by this, as are their jobs.
    private final List<CachedDataset> datasets = new ArrayList<>();

    private final List<JobBlocks> jobs = new ArrayList<>();

    /// Whether the tiers know which blocks these jobs need; they are told when somebody asks how warm they are.
    private boolean neededIsKnown;

    private BlockCache(CacheConfig config, RamTier ram, @Nullable DiskTier disk) {
        this.config = config;
        this.ram = ram;
        this.disk = disk;
    }

    /// Opens a cache with no job; fails with [ConfigurationException][dev.penstock.error.ConfigurationException] when a
    /// budget has no room for blocks, or the disk tier's directory cannot be used or is used by another process.
    public static BlockCache open(CacheConfig config) {
        DiskTier disk = config.disk()
                .map(tier -> new DiskTier(tier, config.blockBytes()))
                .orElse(null);
        try {
            return new BlockCache(config, new RamTier(config.blockBytes(), config.ramBytes()), disk);
        } catch (RuntimeException refused) {
            if (disk != null) {
                disk.close();
            }
            throw refused;
        }
    }

    /// Deletes the blocks that an earlier run left in a directory which this one does not use, so that they do not
    /// count against the disk; one that does not exist is no error.
    ///
    /// Fails with [ConfigurationException][dev.penstock.error.ConfigurationException] when another process holds the
    /// directory.
    public static void discard(Path directory) {
        if (Files.isDirectory(directory)) {
            try (CacheDirectory held = CacheDirectory.open(directory)) {
                held.deleteSlabs();
            }
        }
    }

    /// Attaches a job.
    ///
    /// @param map the job's dataset, in blocks of [#blockBytes()]
    /// @param origin where blocks that no tier holds come from; read while the job is attached
    /// @param order when the job needs which block
    /// @param clock how far the job is
    /// @param meter counts what is done for this job
    public synchronized JobBlocks attach(
            BlockMap map, BlockSource origin, NextUse order, StepClock clock, TierMeter meter) {
        if (map.blockBytes() != config.blockBytes()) {
            throw new IllegalArgumentException("the cache has blocks of " + config.blockBytes()
                    + " bytes, the dataset is cut into blocks of " + map.blockBytes());
        }
        CachedDataset dataset = dataset(map);
        BlockSource recorded = new RecordedOrigin(origin, map);
        DatasetFrames onDisk = dataset.disk();
        DiskBlocks diskBlocks =
                disk == null || onDisk == null ? null : disk.attach(onDisk, recorded, order, clock, meter);
        NextUses nextUses = ram.attach(dataset.ram(), order, clock);
        JobBlocks job = new JobBlocks(
                this, dataset, diskBlocks, diskBlocks == null ? recorded : diskBlocks, nextUses, clock, meter);
        jobs.add(job);
        neededIsKnown = false;
        return job;
    }

    private CachedDataset dataset(BlockMap map) {
        datasets.removeIf(dataset -> !isRead(dataset) && !isHeld(dataset));
        for (CachedDataset dataset : datasets) {
            if (dataset.map().isSameAs(map)) {
                return dataset;
            }
        }
        CachedDataset dataset = new CachedDataset(new DatasetFrames(map), disk == null ? null : disk.find(map));
        datasets.add(dataset);
        return dataset;
    }

    private boolean isRead(CachedDataset dataset) {
        return jobs.stream().anyMatch(job -> job.cached().equals(dataset));
    }

    private boolean isHeld(CachedDataset dataset) {
        DatasetFrames onDisk = dataset.disk();
        return ram.holds(dataset.ram()) || (disk != null && onDisk != null && disk.holds(onDisk));
    }

    void detach(JobBlocks job) {
        ram.detach(job);
        synchronized (this) {
            neededIsKnown = false;
            if (jobs.remove(job) && disk != null && job.onDisk() != null) {
                disk.detach(job.onDisk());
            }
        }
    }

    /// How far the cache has filled with what its jobs need.
    public WarmUp warmUp() {
        Filling filling = filling();
        return new WarmUp(filling.bytes(), filling.targetBytes(), fillRate.bytesPerSec(filling.bytes()));
    }

    private synchronized Filling filling() {
        List<CachedDataset> read = datasets.stream().filter(this::isRead).toList();
        if (!neededIsKnown) {
            read.forEach(this::tellNeeded);
            neededIsKnown = true;
        }
        Filling inRam = ram.filling(read.stream().map(CachedDataset::ram).toList());
        if (disk == null) {
            return inRam;
        }
        Filling onDisk = disk.filling(
                read.stream().map(CachedDataset::disk).filter(Objects::nonNull).toList());
        return onDisk.targetBytes() >= inRam.targetBytes() ? onDisk : inRam;
    }

    private void tellNeeded(CachedDataset dataset) {
        BitSet needed = new BitSet();
        jobs.stream().filter(job -> job.cached().equals(dataset)).forEach(job -> needed.or(job.usedBlocks()));
        ram.need(dataset.ram(), needed);
        DatasetFrames onDisk = dataset.disk();
        if (disk != null && onDisk != null) {
            disk.need(onDisk, needed);
        }
    }

    /// How much of their room the tiers use.
    public CacheUse use() {
        return new CacheUse(ram.use(), Optional.ofNullable(disk).map(DiskTier::use));
    }

    /// Size of a block.
    public int blockBytes() {
        return config.blockBytes();
    }

    /// Blocks that fit into RAM.
    public int frameCount() {
        return ram.frameCount();
    }

    RamTier ram() {
        return ram;
    }

    /// Waits for loads in flight, fails every waiter, and frees memory and files. Closing twice does nothing.
    @Override
    public void close() {
        ram.close();
        if (disk != null) {
            disk.close();
        }
    }
}
