package dev.penstock.bench.measure;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.cli.demo.DemoDataset;
import dev.penstock.cli.demo.JdkSources;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexCache;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.tier.CacheConfig;
import java.net.URI;
import java.nio.file.Path;

/// An open dataset to measure on.
///
/// Ownership: closes the index and the store.
public record BenchDataset(URI location, ObjectStore store, DatasetIndex index) implements AutoCloseable {

    /// Every file stays one sample.
    private static final int NO_MAXIMUM = Integer.MAX_VALUE;

    public static BenchDataset at(URI location) {
        ObjectStore store = ObjectStores.open(location);
        try {
            return new BenchDataset(location, store, DatasetIndex.open(store, IndexCache.ofUser()));
        } catch (RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    /// The sources of the JDK that runs, one sample per file, in WebDataset shards.
    ///
    /// Packed once into the directory and reused while it is whole and made of the same sources.
    public static BenchDataset ofJdk(Path directory) {
        JdkSources sources = JdkSources.find(Path.of(System.getProperty("java.home")));
        DemoDataset packed = new DemoDataset(directory, sources, NO_MAXIMUM);
        if (!packed.isPacked()) {
            packed.pack(_ -> {});
        }
        return at(packed.shards().toUri());
    }

    /// A loader of this dataset with room for all of it in RAM, which balances by length.
    public LoaderConfig.Builder residentLoader() {
        return LoaderConfig.builder(() -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                .ramBytes(residentBytes());
    }

    /// A RAM tier that holds all of it: each shard may end in the middle of a block.
    public long residentBytes() {
        return storedBytes() + (index.shardCount() + 1L) * CacheConfig.DEFAULT_BLOCK_BYTES;
    }

    /// Size of all shards.
    public long storedBytes() {
        long bytes = 0;
        for (int shard = 0; shard < index.shardCount(); shard++) {
            bytes += index.shard(shard).object().sizeBytes();
        }
        return bytes;
    }

    @Override
    public void close() {
        index.close();
        store.close();
    }
}
