/// How the gradients of micro-batches and ranks become one.
///
/// Enter at [FixedPointSums][dev.penstock.trainer.reduce.FixedPointSums]. Nothing here knows a model or an optimiser.
@NullMarked
package dev.penstock.trainer.reduce;

import org.jspecify.annotations.NullMarked;
