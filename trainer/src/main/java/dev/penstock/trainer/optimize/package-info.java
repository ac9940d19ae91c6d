/// How gradients change parameters: the optimisers, and the learning rate over the steps.
///
/// Enter at [Optimizer][dev.penstock.trainer.optimize.Optimizer] and
/// [Schedule][dev.penstock.trainer.optimize.Schedule]. Nothing here computes, reduces or clips a gradient.
@NullMarked
package dev.penstock.trainer.optimize;

import org.jspecify.annotations.NullMarked;
