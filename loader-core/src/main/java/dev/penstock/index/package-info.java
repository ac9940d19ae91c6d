/// The dataset index: where every field of every sample lies, how long it is and what its checksum must be.
///
/// Enter at [DatasetIndex][dev.penstock.index.DatasetIndex] to use an index and at
/// [IndexBuilder][dev.penstock.index.IndexBuilder] to make or verify one. Reads storage only through
/// [ObjectStore][dev.penstock.store.ObjectStore]; knows nothing of order, plans, cached blocks or
/// batches.
@NullMarked
package dev.penstock.index;

import org.jspecify.annotations.NullMarked;
