/// The order of samples: which sample stands at which position, and which positions make a step.
///
/// Enter at [SampleOrder][dev.penstock.order.SampleOrder] and [GlobalBatches][dev.penstock.order.GlobalBatches].
/// Everything is a pure function of shard sizes, seed, epoch and position, computed on demand and never listed:
/// state is proportional to shards, not to samples. No I/O, no threads, no knowledge of ranks.
@NullMarked
package dev.penstock.order;

import org.jspecify.annotations.NullMarked;
