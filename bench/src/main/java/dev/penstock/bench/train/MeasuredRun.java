package dev.penstock.bench.train;

import dev.penstock.cli.profile.StepPhases;
import java.util.List;
import java.util.function.ToLongFunction;

/// One run, with the times of its measured steps.
///
/// Ranks step together, so a step takes as long on one as on another, and what a phase takes is the mean over ranks.
///
/// @param samples that all ranks trained on
/// @param lossFirst of the first step
/// @param lossLast mean over the last steps
/// @param ranks the measured steps of each rank
record MeasuredRun(long samples, double lossFirst, double lossLast, List<List<StepPhases>> ranks) {

    private static final double NANOS_PER_MILLI = 1e6;

    MeasuredRun {
        ranks = List.copyOf(ranks);
    }

    double stepMillis() {
        return meanMillis(StepPhases::nanos);
    }

    double phaseMillis(String phase) {
        return meanMillis(step -> step.nanos(phase));
    }

    double computeMillis() {
        return phaseMillis("forward") + phaseMillis("backward");
    }

    /// Share of the time in which the ranks' threads did nothing but wait for the sum over all ranks; the wait for a
    /// slower rank is in it.
    double exposedShare() {
        return phaseMillis("reduce") / stepMillis();
    }

    /// Share of the time in which the rank that waited most for batches did not wait for one.
    double fedShare() {
        return ranks.stream()
                .mapToDouble(
                        steps -> 1 - sum(steps, step -> step.nanos("wait")) / (double) sum(steps, StepPhases::nanos))
                .min()
                .orElseThrow();
    }

    private double meanMillis(ToLongFunction<StepPhases> time) {
        return ranks.stream()
                        .mapToDouble(steps -> sum(steps, time) / (double) steps.size())
                        .average()
                        .orElseThrow()
                / NANOS_PER_MILLI;
    }

    private static long sum(List<StepPhases> steps, ToLongFunction<StepPhases> time) {
        return steps.stream().mapToLong(time).sum();
    }
}
