/// How gradients change parameters: the optimiser, the gradient's norm, the learning rate over the steps.
///
/// Enter at [AdamWOptimizer][dev.penstock.trainer.optimize.AdamWOptimizer] and
/// [Schedule][dev.penstock.trainer.optimize.Schedule]. Nothing here computes or reduces a gradient.
@NullMarked
package dev.penstock.trainer.optimize;

import org.jspecify.annotations.NullMarked;
