/// Makes a dataset of other things: a directory, a zip or a JSONL file becomes tar shards with an index.
///
/// Enter at [DatasetPacker][dev.penstock.pack.DatasetPacker]. Writes through
/// [ObjectStore][dev.penstock.store.ObjectStore] only; the sources are local files.
@NullMarked
package dev.penstock.pack;

import org.jspecify.annotations.NullMarked;
