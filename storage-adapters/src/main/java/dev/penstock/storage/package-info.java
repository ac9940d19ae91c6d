/// What the adapters share: threads for calls that block, the rule for keys, and the checks of a read.
///
/// Each adapter has its own package below and is reached through
/// [ObjectStores][dev.penstock.store.ObjectStores]. Nothing here plans, caches blocks or retries.
@NullMarked
package dev.penstock.storage;

import org.jspecify.annotations.NullMarked;
