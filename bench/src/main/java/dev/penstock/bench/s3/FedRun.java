package dev.penstock.bench.s3;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.DeliveryCheck;
import dev.penstock.bench.s3server.Fault;
import dev.penstock.bench.s3server.Faults;
import dev.penstock.bench.s3server.ServerCounters;
import dev.penstock.bench.s3server.StallLength;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.fetch.FetchCounters;
import dev.penstock.fetch.Hedging;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.order.Remainder;
import dev.penstock.order.Shuffle;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// One epoch over a faulty origin, by a consumer that computes for a fixed time per step.
///
/// @param fedShare of the time after warm-up, the part in which the consumer did not wait for a batch
/// @param server what the origin saw of it, from opening the loader to the end of the epoch
/// @param fetch what the loader did about it
record FedRun(double fedShare, ServerCounters server, FetchCounters fetch) {

    static final Duration STEP = Duration.ofMillis(200);
    static final int BATCH = 96;
    static final double SHARE_OF_ORIGIN = 0.75;

    /// No block is read twice in an epoch when the open shards fit in RAM.
    private static final int OPEN_SHARDS = 4;

    private static final long SLOT_BYTES = 160L << 20;

    static final long CONNECTION_BYTES_PER_SEC = 90_000_000;
    private static final Duration FIRST_BYTE = Duration.ofMillis(100);
    private static final Duration STALL = Duration.ofSeconds(2);
    private static final double STALL_SHARE = 0.02;
    private static final double SLOW_DOWN_SHARE = 0.05;
    private static final int SLOW_DOWN_BURST = 5;

    /// What the origin gives, all connections together.
    static long originBytesPerSec() {
        double neededPerSec = (double) BATCH * BenchOrigin.SAMPLE_BYTES * 1e9 / STEP.toNanos();
        return Math.round(neededPerSec / SHARE_OF_ORIGIN);
    }

    /// The origin as the claim has it.
    static Faults faults(long seed) {
        return Faults.of(
                seed,
                new Fault.FirstByteLatency(FIRST_BYTE),
                new Fault.ConnectionRate(CONNECTION_BYTES_PER_SEC),
                new Fault.OriginRate(originBytesPerSec()),
                new Fault.Stalls(STALL_SHARE / 2, new StallLength.Fixed(STALL), Fault.Stalls.Where.BEFORE_FIRST_BYTE),
                new Fault.Stalls(STALL_SHARE / 2, new StallLength.Fixed(STALL), Fault.Stalls.Where.MID_BODY),
                new Fault.SlowDowns(SLOW_DOWN_SHARE, SLOW_DOWN_BURST));
    }

    /// @param ramBytes of the RAM tier; what the open shards leave of it is read-ahead
    /// @param warmUpSteps steps that are not timed
    static FedRun of(BenchOrigin origin, URI dataset, Hedging hedging, long ramBytes, long seed, int warmUpSteps) {
        LoaderConfig config = LoaderConfig.builder(
                        () -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                .batchSize(BATCH)
                .shuffle(new Shuffle.OpenShards(OPEN_SHARDS))
                .remainder(Remainder.SHORT)
                .epochs(1)
                .ramBytes(ramBytes)
                .slotBytes(SLOT_BYTES)
                .fetch(FetchConfig.defaults().withHedging(hedging))
                .build();
        try (ObjectStore store = ObjectStores.open(dataset);
                DatasetIndex index = DatasetIndex.open(store)) {
            origin.inject(faults(seed));
            ServerCounters before = origin.counters();
            try (Loader loader = Loader.open(index, store, config);
                    BatchIterator stream = loader.iterator()) {
                double fedShare = consume(stream, new DeliveryCheck(index), warmUpSteps);
                return new FedRun(
                        fedShare,
                        origin.counters().since(before),
                        loader.counters().fetch());
            } finally {
                origin.inject(Faults.none());
            }
        }
    }

    /// Takes the whole epoch and checks every sample on the way, which belongs to what the consumer computes.
    private static double consume(BatchIterator stream, DeliveryCheck check, int warmUpSteps) {
        long waitedNanos = 0;
        long begunNanos = System.nanoTime();
        while (true) {
            long askedNanos = System.nanoTime();
            if (!stream.hasNext()) {
                break;
            }
            Batch batch = stream.next();
            waitedNanos += System.nanoTime() - askedNanos;
            long deadlineNanos = System.nanoTime() + STEP.toNanos();
            check.check(batch);
            for (long left = STEP.toNanos(); left > 0; left = deadlineNanos - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            if (batch.step() + 1 == warmUpSteps) {
                waitedNanos = 0;
                begunNanos = System.nanoTime();
            }
            batch.close();
        }
        check.requireComplete();
        return 1 - (double) waitedNanos / (System.nanoTime() - begunNanos);
    }

    /// Bytes that the origin sent for each that was of use, as the origin counts.
    double wireOverUseful() {
        return (double) server.sentBytes() / fetch.usefulBytes();
    }
}
