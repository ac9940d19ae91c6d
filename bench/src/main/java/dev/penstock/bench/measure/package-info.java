/// How benchmarks measure: repetitions and their spread, the process's resources, and the dataset they share.
///
/// Nothing here knows what is measured.
@NullMarked
package dev.penstock.bench.measure;

import org.jspecify.annotations.NullMarked;
