package dev.penstock.cli;

import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.Locations;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.report.Row;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexCache;
import dev.penstock.index.IndexCacheCounters;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.util.List;

/// An index and the store it belongs to, opened and closed together; a remote index through the user's cache.
///
/// @param cached what the cache did
record OpenDataset(ObjectStore store, DatasetIndex index, IndexCacheCounters cached) implements AutoCloseable {

    static OpenDataset at(URI location, CommonOptions common) {
        ObjectStore store = ObjectStores.open(location);
        IndexCache cache = IndexCache.ofUser();
        try (ProgressLine progress = common.progress();
                ProgressLine.Wait _ = progress.waitFor(() -> "the index of " + Locations.shown(location))) {
            DatasetIndex index = DatasetIndex.open(store, cache, CommonOptions.shownOn(progress));
            return new OpenDataset(store, index, cache.counters());
        } catch (RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    /// What the index cache did; nothing for a local dataset.
    List<Row> rows() {
        return List.of(
                Row.of("index_cache_hits", cached.hits(), "datasets", Better.HIGHER),
                Row.of("index_cache_misses", cached.misses(), "datasets", Better.LOWER),
                Row.of("index_cache_torn", cached.tornFiles(), "files", Better.LOWER),
                Row.of("index_cache_failures", cached.failures(), "failures", Better.LOWER),
                Row.of("index_opened_unanswered", cached.unansweredOpens(), "datasets", Better.LOWER));
    }

    @Override
    public void close() {
        index.close();
        store.close();
    }
}
