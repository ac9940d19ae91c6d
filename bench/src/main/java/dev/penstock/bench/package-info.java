/// Benchmarks that `penstock bench` runs, each a ratio against a control measured in the same run.
///
/// Composes every other module and is depended on by none.
@NullMarked
package dev.penstock.bench;

import org.jspecify.annotations.NullMarked;
