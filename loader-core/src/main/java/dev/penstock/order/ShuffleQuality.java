package dev.penstock.order;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// How much of a batch's statistical worth an order keeps: its effective batch size.
///
/// Samples of one shard resemble each other with correlation rho. A batch of B samples then estimates the gradient as
/// well as B / deff independent ones, with the design effect of cluster sampling (Kish, "Survey Sampling", 1965)
///
/// ```
/// deff = 1 + rho * (m - mUniform)
/// ```
///
/// where `m` is the expected number of *other* samples of its own shard in a sample's batch, and `mUniform` the same
/// for the full shuffle, so that the full shuffle has deff 1.
///
/// Immutable and thread-safe.
public final class ShuffleQuality {

    // A batch is a window of B positions whose phase against a group's start is uniform. Inside a group of M samples
    // every order is equally likely, so two positions at distance d share a batch with probability 1 - d/B and are
    // both in the group with probability 1 - d/M, seen from either. A sample thus has
    //
    //     c(M, B) = 2 * sum of (1 - d/B)(1 - d/M) over 0 < d < min(B, M)
    //
    // others of its group in its batch, each of them of its own shard, of n samples, with probability
    // (n - 1)/(M - 1): m = c(M, B) (n - 1)/(M - 1), averaged over samples. The full shuffle is one group of all
    // samples; stored order is a group per shard.
    //
    // With k open shards, S mod k of S shards stand in a shorter last group; a shard is one of them with probability
    // (S mod k)/S. M is taken as n plus (k - 1) times the mean size of the other shards: exact for equal shards and
    // for k = 1 or k = S, first order in the spread of shard sizes otherwise.

    private final long[] firstSample;
    private final int batchSize;
    private final double correlation;

    /// @param firstSample as for [SampleOrder]
    /// @param batchSize samples of a global batch, at least 1
    /// @param correlation rho: 0 when a shard is as mixed as the dataset, 1 when its samples are all alike
    public ShuffleQuality(long[] firstSample, int batchSize, double correlation) {
        SampleOrder.requireRows(firstSample);
        requireIn("batch", batchSize, batchSize >= 1, "must be at least 1");
        requireIn("correlation", correlation, correlation >= 0 && correlation <= 1, "must be in [0, 1]");
        this.firstSample = firstSample.clone();
        this.batchSize = batchSize;
        this.correlation = correlation;
    }

    private static void requireIn(String key, Object value, boolean valid, String range) {
        if (!valid) {
            throw new ConfigurationException(
                    FailureMessage.of("shuffle quality").with(key, value).remedy(key + " " + range));
        }
    }

    /// Variance of a batch's mean against the full shuffle's; 1 is as good as full.
    public double designEffect(Shuffle shuffle) {
        return switch (shuffle) {
            case Shuffle.None() -> designEffect(1);
            case Shuffle.Full() -> 1;
            case Shuffle.OpenShards(int count) -> designEffect(count);
        };
    }

    /// B_eff / B: the part of the batch that independent samples would have to number.
    public double effectiveShare(Shuffle shuffle) {
        return 1 / designEffect(shuffle);
    }

    /// The fewest open shards whose effective share is at least `wantedShare`, found by bisection.
    ///
    /// Quality rises with open shards but for the effect of a short last group, which is small: the result always
    /// reaches the share, and one open shard fewer does not.
    ///
    /// @param wantedShare in (0, 1]
    public int smallestOpenShards(double wantedShare) {
        requireIn("wanted share", wantedShare, wantedShare > 0 && wantedShare <= 1, "must be in (0, 1]");
        int tooFew = 0;
        int enough = shardCount();
        while (enough - tooFew > 1) {
            int middle = (tooFew + enough) >>> 1;
            if (effectiveShare(new Shuffle.OpenShards(middle)) >= wantedShare) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return enough;
    }

    private double designEffect(int openShards) {
        if (openShards >= shardCount()) {
            return 1;
        }
        return 1 + correlation * (shardMates(openShards) - shardMates(shardCount()));
    }

    /// The `m` of the class comment.
    private double shardMates(int openShards) {
        int lastGroup = shardCount() % openShards;
        double lastShare = (double) lastGroup / shardCount();
        double mates = 0;
        for (int shard = 0; shard < shardCount(); shard++) {
            double size = firstSample[shard + 1] - firstSample[shard];
            double expected = (1 - lastShare) * shardMates(size, openShards);
            if (lastGroup > 0) {
                expected += lastShare * shardMates(size, lastGroup);
            }
            mates += size * expected;
        }
        return mates / sampleCount();
    }

    private double shardMates(double shardSize, int groupShards) {
        if (shardSize <= 1) {
            return 0;
        }
        double groupSize = shardSize;
        if (groupShards > 1) {
            groupSize += (groupShards - 1) * (sampleCount() - shardSize) / (shardCount() - 1);
        }
        return groupMates(groupSize) * (shardSize - 1) / (groupSize - 1);
    }

    /// The `c(M, B)` of the class comment, summed in closed form.
    private double groupMates(double groupSize) {
        double n = Math.min(batchSize, groupSize);
        double distances = n * (n - 1) / 2;
        double squares = distances * (2 * n - 1) / 3;
        return 2 * (n - 1 - distances * (1 / groupSize + 1.0 / batchSize) + squares / groupSize / batchSize);
    }

    private int shardCount() {
        return firstSample.length - 1;
    }

    private long sampleCount() {
        return firstSample[shardCount()];
    }
}
