package dev.penstock.balance;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How fast each rank is, as whole numbers, so that every process computes the same plan.
///
/// A rank's *slowness* is how much longer it takes for the same work than a rank of slowness 1; the load of a rank is
/// its cost times its slowness, and balancing levels loads. Speeds are told apart to a thousandth of the fastest.
/// Immutable.
public final class RankSpeeds {

    /// All ranks are as fast, however many there are.
    public static final RankSpeeds EQUAL = new RankSpeeds(new int[0]);

    /// Timings repeat to about a percent; a thousandth loses nothing and leaves costs 53 bits.
    private static final int FASTEST = 1000;

    /// A rank that is slower than this is not slow but stuck; giving it less than that would leave it without work.
    private static final double SLOWEST = 1.0 / 64;

    private final int[] slowness;

    private RankSpeeds(int[] slowness) {
        this.slowness = slowness;
    }

    /// The speeds in work per time, one for each rank, in any unit.
    ///
    /// What is not finite or not positive was not measured, and is taken to be the median of the others. If nothing was
    /// measured, all ranks are as fast.
    public static RankSpeeds of(double... workPerTime) {
        double[] known = Arrays.stream(workPerTime)
                .filter(RankSpeeds::isMeasured)
                .sorted()
                .toArray();
        if (known.length == 0) {
            return EQUAL;
        }
        double fastest = known[known.length - 1];
        double median = known[known.length / 2];
        int[] slowness = Arrays.stream(workPerTime)
                .map(speed -> isMeasured(speed) ? speed : median)
                .mapToInt(speed -> (int) Math.round(FASTEST / Math.max(SLOWEST, speed / fastest)))
                .toArray();
        return Arrays.stream(slowness).allMatch(each -> each == FASTEST) ? EQUAL : new RankSpeeds(slowness);
    }

    /// The speeds that have the stated slowness, as [#slowness()] gave it.
    public static RankSpeeds ofSlowness(List<Integer> slowness) {
        if (slowness.stream().anyMatch(each -> each < FASTEST || each > FASTEST / SLOWEST)) {
            throw new ConfigurationException(FailureMessage.of("rank speeds")
                    .with("slowness", slowness)
                    .remedy("must be from " + FASTEST + " to " + Math.round(FASTEST / SLOWEST)));
        }
        return slowness.isEmpty()
                ? EQUAL
                : new RankSpeeds(slowness.stream().mapToInt(Integer::intValue).toArray());
    }

    /// Slowness of each rank, in thousandths of the fastest's; empty when all are equal.
    public List<Integer> slowness() {
        return Arrays.stream(slowness).boxed().toList();
    }

    /// Whether these are speeds of so many ranks.
    public boolean fits(int ranks) {
        return slowness.length == 0 || slowness.length == ranks;
    }

    private static boolean isMeasured(double speed) {
        return Double.isFinite(speed) && speed > 0;
    }

    boolean areEqual() {
        return slowness.length == 0;
    }

    int slowness(int rank) {
        return slowness.length == 0 ? 1 : slowness[rank];
    }

    int slowest() {
        return slowness.length == 0 ? 1 : Arrays.stream(slowness).max().orElseThrow();
    }

    /// A load below which no assignment can bring the fullest rank.
    ///
    /// @param costs with room for the slowest rank
    long lowerBound(SortedCosts costs, int ranks) {
        if (slowness.length == 0) {
            return costs.lowerBound(ranks);
        }
        requireFits(ranks);
        double workPerLoad =
                Arrays.stream(slowness).mapToDouble(each -> 1.0 / each).sum();
        int fastest = Arrays.stream(slowness).min().orElseThrow();
        // Rounded down by more than the sum above can be off, so that the bound stays one.
        long mean = (long) (costs.total() / workPerLoad * (1 - 1e-12));
        return Math.max(mean, costs.largestItemBound() * fastest);
    }

    private void requireFits(int ranks) {
        if (!fits(ranks)) {
            throw new ConfigurationException(FailureMessage.of("balancing ranks of different speed")
                    .with("ranks", ranks)
                    .with("speeds", slowness.length)
                    .remedy("give a speed for every rank"));
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RankSpeeds speeds && Arrays.equals(slowness, speeds.slowness);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(slowness);
    }

    @Override
    public String toString() {
        return slowness.length == 0 ? "equal" : Arrays.toString(slowness);
    }
}
