package dev.penstock.cli.plan;

import dev.penstock.balance.CostModel;
import dev.penstock.plan.RankAssignment;
import java.util.Arrays;

/// What the fullest rank of a step has to do, the second fullest and so on, over the mean; averaged over steps.
///
/// Confined to one thread.
final class RankLoads {

    private final double[] sums;
    private int steps;

    RankLoads(int ranks) {
        this.sums = new double[ranks];
    }

    void add(CostModel cost, int[] lengths, RankAssignment assignment) {
        double[] loads = new double[sums.length];
        double total = 0;
        for (int rank = 0; rank < loads.length; rank++) {
            int end = assignment.firstItem(assignment.firstMicroBatch(rank + 1));
            for (int i = assignment.firstItem(assignment.firstMicroBatch(rank)); i < end; i++) {
                loads[rank] += cost.cost(lengths[assignment.item(i)]);
            }
            total += loads[rank];
        }
        if (total > 0) {
            steps++;
            Arrays.sort(loads);
            for (int place = 0; place < loads.length; place++) {
                sums[place] += loads[loads.length - 1 - place] * loads.length / total;
            }
        }
    }

    int ranks() {
        return sums.length;
    }

    /// Load over the mean of a step, of the rank at a place, fullest first.
    double atPlace(int place) {
        return steps == 0 ? 1 : sums[place] / steps;
    }
}
