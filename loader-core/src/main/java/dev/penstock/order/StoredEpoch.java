package dev.penstock.order;

import java.util.Objects;

/// An epoch in the order in which samples are stored.
record StoredEpoch(long sampleCount) implements EpochOrder {

    @Override
    public long sampleAt(long index) {
        return Objects.checkIndex(index, sampleCount);
    }

    @Override
    public long indexOf(long sample) {
        return Objects.checkIndex(sample, sampleCount);
    }
}
