/// `bench train`: what the built-in trainer makes of a second rank, and what loading costs it.
///
/// Every run is one of `penstock train`, in processes of its own; phases are told apart by the events of its stages.
@NullMarked
package dev.penstock.bench.train;

import org.jspecify.annotations.NullMarked;
