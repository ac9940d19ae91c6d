package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plan.RankAssignment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.StringJoiner;

/// What tests ask of a finished assignment, read through its public face only.
final class Assignments {

    private Assignments() {}

    /// Ranks separated by `/`, micro-batches by `|`, items by spaces.
    static String print(RankAssignment assignment) {
        StringJoiner ranks = new StringJoiner(" / ");
        for (int rank = 0; rank < assignment.ranks(); rank++) {
            StringJoiner microBatches = new StringJoiner(" | ");
            for (int m = assignment.firstMicroBatch(rank); m < assignment.firstMicroBatch(rank + 1); m++) {
                StringJoiner items = new StringJoiner(" ");
                for (int i = assignment.firstItem(m); i < assignment.firstItem(m + 1); i++) {
                    items.add(Integer.toString(assignment.item(i)));
                }
                microBatches.add(items.toString());
            }
            ranks.add(microBatches.toString());
        }
        return ranks.toString();
    }

    static void assertPartition(RankAssignment assignment, int count, String context) {
        BitSet seen = new BitSet();
        assertThat(assignment.itemCount()).as(context).isEqualTo(count);
        for (int i = 0; i < count; i++) {
            seen.set(assignment.item(i));
        }
        assertThat(seen.length()).as(context).isEqualTo(count);
        assertThat(seen.cardinality()).as(context).isEqualTo(count);
        int microBatches = assignment.firstMicroBatch(assignment.ranks());
        assertThat(assignment.firstItem(microBatches)).as(context).isEqualTo(count);
    }

    static long makespan(RankAssignment assignment, CostModel model, int[] lengths) {
        return Arrays.stream(loads(assignment, model, lengths)).max().orElseThrow();
    }

    static long[] loads(RankAssignment assignment, CostModel model, int[] lengths) {
        long[] loads = new long[assignment.ranks()];
        for (int rank = 0; rank < assignment.ranks(); rank++) {
            int from = assignment.firstItem(assignment.firstMicroBatch(rank));
            int to = assignment.firstItem(assignment.firstMicroBatch(rank + 1));
            for (int i = from; i < to; i++) {
                loads[rank] += model.cost(lengths[assignment.item(i)]);
            }
        }
        return loads;
    }

    static long largestMicroBatch(RankAssignment assignment, int[] lengths) {
        long largest = 0;
        for (int m = 0; m < assignment.firstMicroBatch(assignment.ranks()); m++) {
            long tokens = 0;
            for (int i = assignment.firstItem(m); i < assignment.firstItem(m + 1); i++) {
                tokens += lengths[assignment.item(i)];
            }
            largest = Math.max(largest, tokens);
        }
        return largest;
    }
}
