/// What a step reads and who gets it: global batches, their assignment to ranks, and the reads they need.
///
/// Everything here is a pure function of the dataset index, the seed and the step. No I/O, no threads.
@NullMarked
package dev.penstock.plan;

import org.jspecify.annotations.NullMarked;
