/// What a step reads and who gets it: global batches, what neighbouring steps trade, their assignment to ranks, and the
/// reads they need.
///
/// Enter at [BatchPlanner][dev.penstock.plan.BatchPlanner], or at [StepSamples][dev.penstock.plan.StepSamples] for the
/// samples of a step alone. An [AssignerTimeline][dev.penstock.plan.AssignerTimeline] says who divides which step.
///
/// Everything here is a pure function of the dataset index, the seed and the step. No I/O, no threads.
@NullMarked
package dev.penstock.plan;

import org.jspecify.annotations.NullMarked;
