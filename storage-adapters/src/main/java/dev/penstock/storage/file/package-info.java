/// Objects as files below a directory of any POSIX mount, as `file:` URIs.
///
/// Enter through [ObjectStores][dev.penstock.store.ObjectStores] with a `file:` URI. This package reads and writes
/// whole byte ranges; it neither caches blocks nor retries.
@NullMarked
package dev.penstock.storage.file;

import org.jspecify.annotations.NullMarked;
