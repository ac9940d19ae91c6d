package dev.penstock.balance;

import dev.penstock.plan.StepWindow;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.stream.IntStream;

/// One window of [OutlierDelay]: groups of outliers, the step each group meets in, and the ordinary samples cut into
/// runs around them.
///
/// Groups are evenly spread over the window. A step in which one meets takes ordinary samples until its total is as
/// many times the dearest sample as there are ranks; what is left is shared equally, by number, among the other steps.
/// Those keep at least half of an equal share, so one enormous sample makes no step empty: ranks then idle, and the
/// certificate says why.
final class OutlierGathering {

    private final CostModel model;
    private final int[] lengths;
    private final int[] stepEnds;
    private final int ranks;
    private final int[] outliers;
    private final int steps;
    private final int groupSize;
    private final int groupCount;

    /// For each step, how many outliers meet there.
    private final int[] met;

    /// For each step, the cost of ordinary samples that keeps all its ranks busy.
    private final long[] wanted;

    /// For each step in which outliers meet, about how many ordinary samples that will be.
    private final int[] expected;

    /// @param outliers dearest first, fewer than all samples by the number of steps at least
    OutlierGathering(CostModel model, int[] lengths, int[] stepEnds, int ranks, int[] outliers) {
        this.model = model;
        this.lengths = lengths;
        this.stepEnds = stepEnds;
        this.ranks = ranks;
        this.outliers = outliers;
        this.steps = stepEnds.length;
        this.groupSize = Math.max(ranks, Math.ceilDiv(outliers.length, steps));
        this.groupCount = Math.ceilDiv(outliers.length, groupSize);
        this.met = new int[steps];
        this.wanted = new long[steps];
        this.expected = new int[steps];
    }

    StepWindow window() {
        long[] sampleAndStep = new long[outliers.length];
        for (int i = 0; i < outliers.length; i++) {
            int step = stepOfGroup(i / groupSize);
            sampleAndStep[i] = ((long) outliers[i] << Integer.SIZE) | step;
        }
        Arrays.sort(sampleAndStep);
        int[] named = Arrays.stream(sampleAndStep)
                .mapToInt(both -> (int) (both >>> Integer.SIZE))
                .toArray();
        int[] stepOfNamed =
                Arrays.stream(sampleAndStep).mapToInt(both -> (int) both).toArray();
        long[] ordinaryCosts = ordinaryCosts(named);
        planGroups();
        expectOrdinary(ordinaryCosts);
        return new StepWindow(named, stepOfNamed, cut(ordinaryCosts));
    }

    private int stepOfGroup(int group) {
        return (int) ((2L * group + 1) * steps / (2L * groupCount));
    }

    private long[] ordinaryCosts(int[] named) {
        int count = stepEnds[steps - 1];
        long[] costs = new long[count - named.length];
        int skipped = 0;
        for (int sample = 0; sample < count; sample++) {
            if (skipped < named.length && named[skipped] == sample) {
                skipped++;
            } else {
                costs[sample - skipped] = model.cost(lengths[sample]);
            }
        }
        return costs;
    }

    private void planGroups() {
        for (int group = 0; group < groupCount; group++) {
            int from = group * groupSize;
            int to = Math.min(outliers.length, from + groupSize);
            long dearest = model.cost(lengths[outliers[from]]);
            long have = 0;
            for (int i = from; i < to; i++) {
                have += model.cost(lengths[outliers[i]]);
            }
            int step = stepOfGroup(group);
            met[step] = to - from;
            wanted[step] = dearest > Long.MAX_VALUE / ranks ? Long.MAX_VALUE : Math.max(0, dearest * ranks - have);
        }
    }

    /// Estimates by the mean cost, and scales the estimates down to what the other steps can spare.
    private void expectOrdinary(long[] costs) {
        long total = Arrays.stream(costs).sum();
        long sum = 0;
        for (int step = 0; step < steps; step++) {
            if (met[step] > 0) {
                expected[step] = Math.min(
                        costs.length, Math.max(ownShare(step), countOfCost(wanted[step], total, costs.length)));
                sum += expected[step];
            }
        }
        long spare = costs.length - leastShare(costs.length) * plainSteps();
        for (int step = 0; sum > spare && step < steps; step++) {
            expected[step] = (int) (expected[step] * spare / sum);
        }
    }

    /// How many samples cost so much if `count` of them cost `total`; exact, so that the unit makes no difference.
    private static int countOfCost(long cost, long total, int count) {
        if (cost >= total) {
            return cost == 0 ? 0 : count;
        }
        return BigInteger.valueOf(cost)
                .multiply(BigInteger.valueOf(count))
                .divide(BigInteger.valueOf(total))
                .intValueExact();
    }

    /// What is left of the step's own number of samples beside the outliers.
    private int ownShare(int step) {
        return Math.max(0, stepEnds[step] - (step == 0 ? 0 : stepEnds[step - 1]) - met[step]);
    }

    private long leastShare(int ordinary) {
        return Math.max(1, ordinary / steps / 2);
    }

    private long plainSteps() {
        return IntStream.range(0, steps).filter(step -> met[step] == 0).count();
    }

    /// Cuts the ordinary samples, in their order, into a run for each step; returns the ends.
    private int[] cut(long[] costs) {
        int[] ends = new int[steps];
        int at = 0;
        long plain = plainSteps();
        long later = Arrays.stream(expected).asLongStream().sum();
        for (int step = 0; step < steps - 1; step++) {
            later -= expected[step];
            if (met[step] == 0) {
                at += (int) ((costs.length - at - later) / plain);
                plain--;
            } else {
                long limit = costs.length - later - leastShare(costs.length) * plain;
                long cost = 0;
                for (int taken = 0; at < limit && (taken < ownShare(step) || cost < wanted[step]); taken++) {
                    cost += costs[at++];
                }
            }
            ends[step] = at;
        }
        ends[steps - 1] = costs.length;
        return ends;
    }
}
