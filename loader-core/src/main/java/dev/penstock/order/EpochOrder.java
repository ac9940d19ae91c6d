package dev.penstock.order;

/// The order of one epoch: a bijection between index in the epoch and sample, both in `[0, sampleCount)`.
///
/// Immutable and thread-safe. Out-of-range arguments throw [IndexOutOfBoundsException].
public sealed interface EpochOrder permits StoredEpoch, FullEpoch, OpenShardsEpoch {

    long sampleCount();

    /// The dataset-wide number of the sample at an index of the epoch.
    long sampleAt(long index);

    /// The index at which the epoch delivers a sample: `indexOf(sampleAt(i)) == i`.
    long indexOf(long sample);
}
