/// How the gradients of the ranks become one sum, and when.
///
/// Enter at [GradientReduction][dev.penstock.trainer.reduce.GradientReduction]. Nothing here knows a model, an
/// optimiser or a loop.
@NullMarked
package dev.penstock.trainer.reduce;

import org.jspecify.annotations.NullMarked;
