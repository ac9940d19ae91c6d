/// What a run leaves so that it can be watched and reproduced: curves for TensorBoard and MLflow, and the facts that
/// decide its result.
///
/// Enter at [MetricSink][dev.penstock.trainer.record.MetricSink],
/// [GitRevision][dev.penstock.trainer.record.GitRevision] and [PlanDigest][dev.penstock.trainer.record.PlanDigest].
/// Nothing here can stop or slow a run: what a sink cannot take is counted. The types of MLflow's client stay
/// within.
@NullMarked
package dev.penstock.trainer.record;

import org.jspecify.annotations.NullMarked;
