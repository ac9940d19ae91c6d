package dev.penstock.cli.train;

import dev.penstock.index.DatasetIndex;
import dev.penstock.store.ObjectStore;
import java.util.function.BiConsumer;

/// How a rank comes to its dataset, once the ranks have met.
@FunctionalInterface
public interface DatasetOpening {

    /// Opens it, has it used, and closes it.
    void open(BiConsumer<DatasetIndex, ObjectStore> use);
}
