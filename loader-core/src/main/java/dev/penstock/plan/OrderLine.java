package dev.penstock.plan;

import dev.penstock.order.EpochOrder;
import dev.penstock.order.SampleOrder;

/// The endless line of samples: position p is index p % N of epoch p / N.
///
/// Keeps the order of the epoch asked for last, since neighbours are asked for together. Confined to one thread.
final class OrderLine {

    private final SampleOrder order;
    private final long samplesPerEpoch;
    private long epoch;
    private EpochOrder epochOrder;

    OrderLine(SampleOrder order) {
        this.order = order;
        this.samplesPerEpoch = order.sampleCount();
        this.epochOrder = order.epoch(0);
    }

    long sampleAt(long position) {
        return inEpoch(position / samplesPerEpoch).sampleAt(position % samplesPerEpoch);
    }

    /// Where a sample comes in an epoch.
    long positionOf(long epoch, long sample) {
        return epoch * samplesPerEpoch + inEpoch(epoch).indexOf(sample);
    }

    private EpochOrder inEpoch(long wanted) {
        if (wanted != epoch) {
            epochOrder = order.epoch(wanted);
            epoch = wanted;
        }
        return epochOrder;
    }
}
