package dev.penstock.order;

/// Seeds for what is random about one sample: augmentation, masking, dropout.
///
/// A seed depends on the run, the epoch and the sample and on nothing else, so the sample looks the same on whichever
/// rank and in whichever micro-batch it is computed. Randomness keyed by rank would make a run depend on the number of
/// ranks and on the balance.
///
/// @param seed of the run
public record SampleSeeds(long seed) {

    /// Keeps these keys apart from those of the order, which has streams from 0 on in the same key space.
    private static final long STREAM = 0x53414D50_4C455321L;

    /// The seed of a sample in an epoch; all 64 bits are usable.
    ///
    /// @param sample dataset-wide number
    public long of(long epoch, long sample) {
        return SplitMix64.key(seed ^ STREAM, epoch, sample);
    }
}
