/// Where bytes are kept: the object store interface that adapters implement, and its discovery by URI scheme.
///
/// Enter at [ObjectStores][dev.penstock.store.ObjectStores]. A store reads into memory that the caller owns and
/// knows nothing of samples, order, plans or caches.
@NullMarked
package dev.penstock.store;

import org.jspecify.annotations.NullMarked;
