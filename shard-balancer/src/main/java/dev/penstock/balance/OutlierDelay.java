package dev.penstock.balance;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.plan.StepRegrouping;
import dev.penstock.plan.StepWindow;
import java.util.stream.IntStream;

/// Gathers the samples that are too dear for their own step until there is one for every rank: `--balance delay=N`.
///
/// A sample that alone costs more than a rank's mean share of the step keeps all other ranks waiting, and no
/// assignment within the step helps. Within a window of N + 1 steps such *outliers* are put together, dearest with
/// dearest, one per rank, and each group into one step; that step gets as many ordinary samples as it takes to keep the
/// other ranks busy beside the dearest one, and its neighbours get fewer. The ordinary samples keep their order, so
/// every step still has a random choice of them. A window in which no rank would wait stays as it is.
///
/// No sample moves by more than N steps. It may also move forward: the lengths to come are known, so a group meets in
/// the middle of what it was gathered from. Like a queue that is empty between windows, this needs no state but the
/// step's number; unlike one it never has to give up early.
///
/// The idea of holding outliers back is that of WLB-LLM (Wang et al., OSDI '25), which does so in a queue at run time.
///
/// @param model what a sample costs
/// @param delaySteps N, from 1 to [#MOST_STEPS]
public record OutlierDelay(CostModel model, int delaySteps) implements StepRegrouping {

    /// A window has one step more, and they are counted in 32 bits.
    public static final int MOST_STEPS = Integer.MAX_VALUE - 1;

    /// Three quarters of the mean rank load: what is cheaper still fits beside other samples in a step that gave some
    /// of its own away.
    private static final int OUTLIER_QUARTERS = 3;

    public OutlierDelay {
        if (delaySteps < 1 || delaySteps > MOST_STEPS) {
            throw new ConfigurationException(FailureMessage.of("balance option")
                    .with("delay", delaySteps)
                    .remedy("hold samples back for 1 to " + MOST_STEPS
                            + " steps, as in delay=8; exact holds none back"));
        }
    }

    @Override
    public int windowSteps() {
        return delaySteps + 1;
    }

    @Override
    public StepWindow regroup(int[] lengths, int[] stepEnds, int ranks) {
        int steps = stepEnds.length;
        int count = stepEnds[steps - 1];
        long threshold = outlierCost(totalCost(lengths, count), 4L * steps * ranks);
        int[] outliers = anyStepWaits(lengths, stepEnds, ranks) ? dearestFirst(lengths, count, threshold) : new int[0];
        return outliers.length == 0 || count - outliers.length < steps
                ? new StepWindow(new int[0], new int[0], stepEnds.clone())
                : new OutlierGathering(model, lengths, stepEnds, ranks, outliers).window();
    }

    /// Three times the total over the quarters, rounded down once, so that the unit of cost makes no difference.
    private static long outlierCost(long total, long quarters) {
        return OUTLIER_QUARTERS * (total / quarters) + OUTLIER_QUARTERS * (total % quarters) / quarters;
    }

    /// Whether in some step one sample costs more than the ranks' mean share, so that gathering gains anything.
    private boolean anyStepWaits(int[] lengths, int[] stepEnds, int ranks) {
        int sample = 0;
        for (int end : stepEnds) {
            long dearest = 0;
            long total = 0;
            for (; sample < end; sample++) {
                long cost = model.cost(lengths[sample]);
                dearest = Math.max(dearest, cost);
                total += cost;
            }
            if (dearest > total / ranks) {
                return true;
            }
        }
        return false;
    }

    /// The samples above a cost; equal ones in their order.
    private int[] dearestFirst(int[] lengths, int count, long threshold) {
        return IntStream.range(0, count)
                .filter(sample -> model.cost(lengths[sample]) > threshold)
                .mapToLong(sample -> ((long) ~lengths[sample] << Integer.SIZE) | sample)
                .sorted()
                .mapToInt(key -> (int) key)
                .toArray();
    }

    private long totalCost(int[] lengths, int count) {
        long total = 0;
        for (int sample = 0; sample < count; sample++) {
            total += model.cost(lengths[sample]);
            if (total < 0) {
                throw new ConfigurationException(FailureMessage.of("cost of a window of steps")
                        .with("samples", count)
                        .with("model", model)
                        .remedy("the sum exceeds 64 bits; divide all coefficients by a common factor"));
            }
        }
        return total;
    }
}
