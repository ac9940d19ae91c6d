package dev.penstock.cli.train;

import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.store.ObjectStore;

/// How a rank comes to its batches: through a loader of its own process, or through a daemon.
@FunctionalInterface
public interface LoaderOpening {

    /// The caller closes.
    BatchSource open(DatasetIndex index, ObjectStore store, LoaderConfig config);
}
