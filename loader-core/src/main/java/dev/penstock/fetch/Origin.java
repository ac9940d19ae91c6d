package dev.penstock.fetch;

import dev.penstock.index.DatasetIndex;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.BlockSource;
import dev.penstock.tier.Deadline;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// Where blocks come from when no tier has them: a store behind the stages that this package is about.
///
/// Errors: what the store says, once retries are spent; [dev.penstock.error.CorruptDataException] for bytes that are
/// not those of the index. Ownership: neither the store nor the index is closed. Threading: any thread; delays and
/// looks at late requests run on Reactor's parallel scheduler.
public final class Origin implements BlockSource, AutoCloseable {

    private final BlockSource blocks;
    private final Sinks.Empty<Void> closed = Sinks.empty();

    private Origin(BlockSource blocks) {
        this.blocks = blocks;
    }

    /// @param objects the shards as the store has them, in the order of `index` and `map`
    /// @param limit shared with the other jobs that read the store
    /// @param meter counts what the stages do
    public static Origin of(
            ObjectStore store,
            List<ObjectMetadata> objects,
            DatasetIndex index,
            BlockMap map,
            FetchConfig config,
            OriginLimit limit,
            FetchMeter meter) {
        FetchClock clock = FetchClock.system();
        DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
        RangeSource limited = limit.forJob(new StoreRanges(store, clock, meter), meter);
        RangeSource ranges = around(limited, config, clock, random, meter);
        return new Origin(new VerifiedBlocks(ranges, objects, index, map, meter));
    }

    static RangeSource stages(
            RangeSource store, FetchConfig config, FetchClock clock, DoubleSupplier random, FetchMeter meter) {
        return around(
                new ConcurrencyLimit(store, config.maxConnections(), clock, random, meter),
                config,
                clock,
                random,
                meter);
    }

    private static RangeSource around(
            RangeSource limited, FetchConfig config, FetchClock clock, DoubleSupplier random, FetchMeter meter) {
        RangeSource hedged = switch (config.hedging()) {
            case Hedging.Off() -> limited;
            case Hedging.NearDeadline(double share) -> new HedgedRanges(limited, new HedgeBudget(share), clock, meter);
        };
        return new ResumingRetries(hedged, config.giveUpAfter(), clock, random, meter);
    }

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        return Mono.firstWithSignal(closed.asMono(), blocks.read(block, deadline, destination));
    }

    /// Ends the reads under way, and those that come later, with an [IllegalStateException]; a retry that has a minute
    /// left does not keep a loader from closing. Closing twice does nothing.
    @Override
    public void close() {
        closed.tryEmitError(new IllegalStateException("the origin is closed"));
    }
}
