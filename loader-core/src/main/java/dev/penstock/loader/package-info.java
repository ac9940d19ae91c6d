/// The loader: planner, read-ahead, decode workers and delivery, joined into one stream of batches.
///
/// Enter at [Loader][dev.penstock.loader.Loader]. This package owns the threads of the data path and the life of
/// every lease on it. It must not know a store's protocol, a device or a model.
@NullMarked
package dev.penstock.loader;

import org.jspecify.annotations.NullMarked;
