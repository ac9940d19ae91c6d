package dev.penstock.loader;

import dev.penstock.batch.Batch;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.FatalException;
import dev.penstock.fetch.OriginLimit;
import dev.penstock.index.DatasetIndex;
import dev.penstock.memory.PageLockOutcome;
import dev.penstock.memory.PageLockedMemory;
import dev.penstock.memory.SlotArena;
import dev.penstock.memory.SlotUse;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.plan.BatchPlanner;
import dev.penstock.store.ObjectStore;
import dev.penstock.tier.BlockCache;
import dev.penstock.tier.CacheUse;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/// Streams the batches of a dataset: warm tiers and page-locked slots, and one stream over them at a time.
///
/// Batches come in order of step, and within a step in order of rank, for every rank of
/// [LoaderConfig#localRanks()]. Epoch follows epoch without a pause. A loader delivers the same batches for the same
/// dataset, seed, batch size, shuffle and remainder, whatever its caches hold and however many ranks there are; with a
/// [StepRegrouping][dev.penstock.plan.StepRegrouping] what a step delivers depends on that and on the number of ranks.
///
/// Ownership: the caller closes every batch, then the loader, then the index and the store it was opened with. Closing
/// the loader reaps batches that were never closed; using one afterwards throws. Threading: any thread may open a
/// stream, one at a time; a second one while the first runs is refused.
public final class Loader implements BatchSource {

    private final DatasetIndex index;
    private final LoaderConfig config;
    private final SampleOrder order;
    private final GlobalBatches batches;
    private final CacheTiers tiers;
    private final SlotArena slots;
    private final Padding padding;
    private final StallClock stalls = new StallClock();
    private final Runnable stepsDecided = this::stepsDecided;

    private final Runnable onStarved;
    private volatile @Nullable FillQueue activeFills;
    private @Nullable BatchStream activeStream;
    private boolean closed;

    private Loader(
            DatasetIndex index,
            ObjectStore store,
            LoaderConfig config,
            OriginLimit limit,
            @Nullable BlockCache cache,
            @Nullable PageLockedMemory slotMemory,
            Runnable onStarved) {
        this.index = index;
        this.onStarved = onStarved;
        this.config = config;
        this.padding = new Padding(index.fields(), config.padValue());
        this.order = new SampleOrder(index.firstSamples(), config.shuffle(), config.seed());
        this.batches = config.batches(index.sampleCount());
        requireWithinRun("starting a run", "start", config.startStep());
        config.requireFits(index.longestLength());
        this.tiers = cache == null
                ? CacheTiers.open(index, store, order, batches, config)
                : CacheTiers.attach(index, store, order, batches, config, limit, cache);
        this.slots = new SlotArena(slotMemory == null ? allocateSlots() : slotMemory, this::slotReleased);
        config.assigners().addListener(stepsDecided);
    }

    /// A run may be resumed at its end, where nothing is left; a step beyond it is a mistake.
    private void requireWithinRun(String what, String key, long step) {
        long end = Math.min(stepCount(), batches.stepLimit());
        if (step > end) {
            throw new ConfigurationException(
                    FailureMessage.of(what).with(key, step).with("steps", end).remedy("name a step of the run"));
        }
    }

    private PageLockedMemory allocateSlots() {
        try {
            return PageLockedMemory.allocate(config.slotBytes(), config.pageLocking());
        } catch (RuntimeException refused) {
            tiers.close();
            throw refused;
        }
    }

    /// Opens a loader over an open index and the store it was read from, with a cache of its own.
    ///
    /// Fails when a shard is missing or has another size than its index says, when a budget cannot be had, when
    /// settings contradict each other, or when the longest sample cannot be assigned.
    public static Loader open(DatasetIndex index, ObjectStore store, LoaderConfig config) {
        return new Loader(index, store, config, OriginLimit.of(config.fetch()), null, null, () -> {});
    }

    /// The same in a cache that is shared with other loaders, where [LoaderConfig#cache()] does not apply. Closing the
    /// loader detaches it: the cache stays open, with what the loader read.
    public static Loader open(DatasetIndex index, ObjectStore store, LoaderConfig config, BlockCache cache) {
        return new Loader(index, store, config, OriginLimit.of(config.fetch()), cache, null, () -> {});
    }

    /// The same, delivering in memory of the caller's making, where [LoaderConfig#slotBytes()] and
    /// [LoaderConfig#pageLocking()] do not apply. The loader closes it; where opening fails, the caller does.
    ///
    /// @param limit on requests to the store, shared with the other loaders that read it
    /// @param onStarved called by a consumer that waits while no batch is on its way, because the slots have no room:
    ///     whoever keeps batches that it could do without closes them now
    public static Loader open(
            DatasetIndex index,
            ObjectStore store,
            LoaderConfig config,
            OriginLimit limit,
            BlockCache cache,
            PageLockedMemory slotMemory,
            Runnable onStarved) {
        return new Loader(index, store, config, limit, cache, slotMemory, onStarved);
    }

    /// The stream as a publisher, from [LoaderConfig#startStep()].
    @Override
    public Flux<Batch> batches() {
        return BatchFlux.of(() -> openStream(() -> {}));
    }

    @Override
    public BatchIterator iterator() {
        return new BatchIterator(openStream(() -> {}));
    }

    /// The stream for a consumer that does not wait.
    ///
    /// @param onReady called when the batch whose turn it is has become ready, or none will come; by the thread that
    ///     made it so, which must be back at its work soon
    public ReadyBatches readyBatches(Runnable onReady) {
        return new ReadyBatches(openStream(onReady));
    }

    private synchronized BatchStream openStream(Runnable onReady) {
        if (closed || activeStream != null) {
            throw new IllegalStateException(
                    closed ? "the loader is closed" : "a loader has one stream at a time; close the other one first");
        }
        FillQueue fills = new FillQueue(onReady, onStarved);
        BatchPlanner planner = new BatchPlanner(
                index,
                order,
                batches,
                config.regrouping(),
                config.assigners(),
                config.ranks(),
                config.layout(),
                tiers.blockMap());
        DecodePool workers = new DecodePool(config.decodeThreads(), index, padding, fill -> ended(fill, fills));
        StreamPlanner planning = new StreamPlanner(
                planner,
                config.assigners(),
                config.localRanks(),
                config.startStep(),
                stepCount(),
                tiers.blocks(),
                tiers.clock(),
                slots,
                fills,
                workers);
        activeFills = fills;
        BatchStream stream = new BatchStream(index.fields(), fills, workers, planning, stalls, this::streamClosed);
        activeStream = stream;
        return stream;
    }

    /// A sample that is not what was indexed takes the blocks of its batch with it: a run that is begun again reads
    /// them from the origin. It also asks again what state the shards are in, whatever could not be read.
    private void ended(Fill fill, FillQueue fills) {
        if (fill.failure() instanceof FatalException) {
            index.forgetObjects();
        }
        if (fill.failure() instanceof CorruptDataException) {
            for (int i = 0; i < fill.plan.blockCount(); i++) {
                tiers.blocks().forget(fill.plan.block(i));
            }
        }
        fills.end(fill);
    }

    private void slotReleased() {
        FillQueue fills = activeFills;
        if (fills != null) {
            fills.slotReleased();
        }
    }

    private void stepsDecided() {
        FillQueue fills = activeFills;
        if (fills != null) {
            fills.stepsDecided();
        }
    }

    private synchronized void streamClosed() {
        activeFills = null;
        activeStream = null;
    }

    @Override
    public long stepCount() {
        return config.stepCount(index.sampleCount());
    }

    @Override
    public LoaderState state(long nextStep) {
        requireWithinRun("saying where a run stands", "step", nextStep);
        return LoaderState.of(index, config, nextStep);
    }

    /// Does nothing: the account of a loader in the trainer's own process is the checkpoint itself.
    @Override
    public void commit(long nextStep) {}

    @Override
    public LoaderCounters counters() {
        Map<Stage, Duration> waits = new EnumMap<>(Stage.class);
        stalls.waitNanos().forEach((stage, nanos) -> waits.put(stage, Duration.ofNanos(nanos)));
        return new LoaderCounters(
                stalls.batches(),
                stalls.samples(),
                stalls.payloadBytes(),
                stalls.paddingBytes(),
                stalls.residentBytes(),
                stalls.meanBalanceRatio(),
                waits,
                tiers.counters(),
                tiers.warmUp(),
                tiers.fetchCounters(),
                index.requests());
    }

    /// Bytes of the slot that the next batch waits for, where nothing is on its way until consumers give slots back;
    /// empty while a batch is on its way.
    public OptionalLong starvedBytes() {
        FillQueue fills = activeFills;
        return fills == null ? OptionalLong.empty() : fills.starvedBytes();
    }

    /// What holds up the batch that is delivered next, at this moment; empty when it is ready, when none follows, and
    /// while no stream is open.
    ///
    /// For people who watch: it takes a look at the head of the queue and costs the data path nothing.
    public Optional<Holdup> holdup() {
        FillQueue fills = activeFills;
        return fills == null ? Optional.empty() : fills.holdup(tiers.blocks()::place);
    }

    /// What the kernel granted for the slots.
    public PageLockOutcome pageLocking() {
        return slots.outcome();
    }

    @Override
    public int leasedSlots() {
        return slots.leaseCount();
    }

    /// How much of their room the tiers use, by this loader and by those that share its cache.
    public CacheUse cacheUse() {
        return tiers.cacheUse();
    }

    /// How much of the page-locked memory the slots take.
    public SlotUse slotUse() {
        return slots.use();
    }

    /// Ends the stream, reaps what was never given back, and frees the memory.
    @Override
    public void close() {
        BatchStream stream;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            stream = activeStream;
        }
        config.assigners().removeListener(stepsDecided);
        if (stream != null) {
            stream.close();
        }
        tiers.close();
        slots.close();
    }
}
