package dev.penstock.bench.s3;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.DeliveryCheck;
import dev.penstock.bench.s3server.ServerCounters;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexCache;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.order.Remainder;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.tier.DiskTierConfig;
import java.net.URI;
import java.nio.file.Path;

/// What two starts of the same run asked of the origin, the second with what the first left on this host.
record SecondStart(ServerCounters first, ServerCounters second) {

    /// Less than the dataset, so that the disk tier is read.
    private static final long RAM_BYTES = 64L << 20;

    /// @param scratch where the index cache and the disk tier are
    /// @param datasetBytes what the disk tier must have room for
    static SecondStart of(BenchOrigin origin, URI dataset, Path scratch, long datasetBytes) {
        LoaderConfig config = LoaderConfig.builder(
                        () -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                .batchSize(FedRun.BATCH)
                .remainder(Remainder.SHORT)
                .epochs(1)
                .ramBytes(RAM_BYTES)
                // Blocks on disk have headers.
                .disk(new DiskTierConfig(scratch.resolve("disk"), datasetBytes + datasetBytes / 4))
                .build();
        IndexCache indexes = new IndexCache(scratch.resolve("index"));
        ServerCounters first = start(origin, dataset, indexes, config);
        return new SecondStart(first, start(origin, dataset, indexes, config));
    }

    private static ServerCounters start(BenchOrigin origin, URI dataset, IndexCache indexes, LoaderConfig config) {
        ServerCounters before = origin.counters();
        try (ObjectStore store = ObjectStores.open(dataset);
                DatasetIndex index = DatasetIndex.open(store, indexes);
                Loader loader = Loader.open(index, store, config);
                BatchIterator stream = loader.iterator()) {
            DeliveryCheck check = new DeliveryCheck(index);
            while (stream.hasNext()) {
                try (Batch batch = stream.next()) {
                    check.check(batch);
                }
            }
            check.requireComplete();
        }
        return origin.counters().since(before);
    }
}
