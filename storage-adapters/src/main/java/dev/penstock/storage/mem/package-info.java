/// Objects in this process's memory, as `mem://name`: an origin for data that fits in RAM, and for tests.
///
/// Enter through [ObjectStores][dev.penstock.store.ObjectStores] with a `mem:` URI.
@NullMarked
package dev.penstock.storage.mem;

import org.jspecify.annotations.NullMarked;
