package dev.penstock.order;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// The order of all epochs: a pure function of shard sizes, shuffle and seed.
///
/// Immutable and thread-safe.
public final class SampleOrder {

    /// Changes whenever the same arguments would give another order; a saved position is valid for one version only.
    public static final int ORDER_VERSION = 1;

    private final long[] firstSample;
    private final Shuffle shuffle;
    private final long seed;

    /// @param firstSample number of the first sample of each shard, ascending from 0, then the number of all samples;
    ///     shards without samples are allowed
    public SampleOrder(long[] firstSample, Shuffle shuffle, long seed) {
        requireRows(firstSample);
        this.firstSample = firstSample.clone();
        this.shuffle = shuffle;
        this.seed = seed;
    }

    static void requireRows(long[] firstSample) {
        if (firstSample.length < 2 || firstSample[firstSample.length - 1] == 0) {
            throw new ConfigurationException(FailureMessage.of("sample order")
                    .with("shards", Math.max(0, firstSample.length - 1))
                    .with("samples", 0)
                    .remedy("the dataset has no samples to put in order"));
        }
        if (firstSample[0] != 0) {
            throw new IllegalArgumentException("first samples must start at 0, was " + firstSample[0]);
        }
        for (int shard = 1; shard < firstSample.length; shard++) {
            if (firstSample[shard] < firstSample[shard - 1]) {
                throw new IllegalArgumentException("first samples must ascend: shard " + shard + " starts at "
                        + firstSample[shard] + " after " + firstSample[shard - 1]);
            }
        }
    }

    public long sampleCount() {
        return firstSample[firstSample.length - 1];
    }

    /// Builds the order of one epoch, counted from 0; takes time proportional to shards, so keep the result.
    ///
    /// As many open shards as the dataset has, or more, is the full shuffle.
    public EpochOrder epoch(long epoch) {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch must not be negative, was " + epoch);
        }
        return switch (shuffle) {
            case Shuffle.None() -> new StoredEpoch(sampleCount());
            case Shuffle.Full() -> fullEpoch(epoch);
            case Shuffle.OpenShards(int count) when count >= firstSample.length - 1 -> fullEpoch(epoch);
            case Shuffle.OpenShards(int count) -> new OpenShardsEpoch(firstSample, count, seed, epoch);
        };
    }

    private EpochOrder fullEpoch(long epoch) {
        return new FullEpoch(new FeistelPermutation(sampleCount(), SplitMix64.key(seed, epoch, 0)));
    }
}
