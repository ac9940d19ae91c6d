package dev.penstock.order;

/// An epoch in which all samples are mixed with all others.
record FullEpoch(FeistelPermutation samples) implements EpochOrder {

    @Override
    public long sampleCount() {
        return samples.size();
    }

    @Override
    public long sampleAt(long index) {
        return samples.apply(index);
    }

    @Override
    public long indexOf(long sample) {
        return samples.invert(sample);
    }
}
