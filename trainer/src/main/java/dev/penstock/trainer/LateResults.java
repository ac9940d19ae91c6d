package dev.penstock.trainer;

import dev.penstock.error.DivergedException;
import dev.penstock.error.FailureMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The steps whose values nobody has read, oldest first, and the judgement of those that were.
///
/// The values are the same on every rank and are read after the same steps, so every rank ends at the same step.
final class LateResults {

    /// A step that was taken.
    private record Pending(long step, double learningRate, StepTimes times, StepValues values) {

        StepResult read() {
            return values.read(step, learningRate, times);
        }
    }

    private final int maxSkippedSteps;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final List<Long> skippedInARow = new ArrayList<>();
    private long steps;
    private long skipped;
    private long lateReads;
    private long blockingReads;

    LateResults(int maxSkippedSteps) {
        this.maxSkippedSteps = maxSkippedSteps;
    }

    void add(long step, double learningRate, StepTimes times, StepValues values) {
        steps++;
        pending.add(new Pending(step, learningRate, times, values));
    }

    /// Reads until so many are left.
    List<StepResult> settle(int left) {
        List<StepResult> known = new ArrayList<>();
        while (pending.size() > left) {
            StepResult result = pending.remove().read();
            if (pending.isEmpty()) {
                blockingReads++;
            } else {
                lateReads++;
            }
            judge(result);
            known.add(result);
        }
        return known;
    }

    private void judge(StepResult result) {
        if (result.outcome() != StepOutcome.SKIPPED) {
            skippedInARow.clear();
            return;
        }
        skipped++;
        skippedInARow.add(result.step());
        if (skippedInARow.size() > maxSkippedSteps) {
            throw new DivergedException(FailureMessage.of("training step")
                    .with("skippedSteps", skippedInARow)
                    .with("loss", result.loss())
                    .with("gradientNorm", result.gradientNorm())
                    .with("learningRate", result.learningRate())
                    .remedy("a run keeps its learning rate: start a new run directory with a lower one, from the first"
                            + " step or from exported weights"));
        }
    }

    StepCounters counters() {
        return new StepCounters(steps, skipped, lateReads, blockingReads);
    }
}
