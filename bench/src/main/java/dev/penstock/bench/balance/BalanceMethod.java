package dev.penstock.bench.balance;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.plan.RankAssigner;
import java.util.Locale;

/// A way to divide a global batch; all of them by length.
enum BalanceMethod {
    EXACT,
    LONGEST_FIRST,
    KARMARKAR_KARP,
    SORTED_BUCKETS,
    RANDOM;

    RankAssigner assigner() {
        return switch (this) {
            case EXACT -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped());
            case LONGEST_FIRST -> new LongestFirstAssigner();
            case KARMARKAR_KARP -> new KarmarkarKarpAssigner();
            case SORTED_BUCKETS -> new SortedBucketsAssigner();
            case RANDOM -> new RandomAssigner();
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
