/// `bench scale`: what a dataset of very many samples costs before its first batch, in heap and in time.
///
/// Enter at [ScaleCommand][dev.penstock.bench.scale.ScaleCommand]. Makes its own dataset and deletes it.
@NullMarked
package dev.penstock.bench.scale;

import org.jspecify.annotations.NullMarked;
