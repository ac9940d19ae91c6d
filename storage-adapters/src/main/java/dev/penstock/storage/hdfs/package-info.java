/// Objects as files of a Hadoop file system, as `hdfs:` URIs.
///
/// Enter through [ObjectStores][dev.penstock.store.ObjectStores] with such a URI. Hadoop's client is optional: only
/// [HdfsStoreProvider][dev.penstock.storage.hdfs.HdfsStoreProvider] may be loaded without it. This package neither
/// caches blocks nor retries what the client gave up.
@NullMarked
package dev.penstock.storage.hdfs;

import org.jspecify.annotations.NullMarked;
