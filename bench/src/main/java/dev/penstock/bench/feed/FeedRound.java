package dev.penstock.bench.feed;

import dev.penstock.bench.measure.ProcessMeter;
import java.util.function.LongConsumer;

/// One repetition: the loader and its controls, one after the other, over as many bytes each.
///
/// @param copy one thread, front to back
/// @param gather one thread, sample by sample in shuffled order
/// @param threadedCopy as many threads as decode, front to back
record FeedRound(FeedRun feed, ControlRun copy, ControlRun gather, ControlRun threadedCopy) {

    /// @param bytes copied
    record ControlRun(long bytes, ProcessMeter used) {

        static ControlRun of(long bytes, LongConsumer copy) {
            ProcessMeter start = ProcessMeter.read();
            copy.accept(bytes);
            return new ControlRun(bytes, ProcessMeter.read().since(start));
        }

        double gigabytesPerSec() {
            return (double) bytes / used.wallNanos();
        }

        double cpuSecondsPerGigabyte() {
            return (double) used.cpuNanos() / bytes;
        }
    }

    double shareOfCopy() {
        return feed.gigabytesPerSec() / copy.gigabytesPerSec();
    }

    double shareOfGather() {
        return feed.gigabytesPerSec() / gather.gigabytesPerSec();
    }

    double shareOfThreadedCopy() {
        return feed.gigabytesPerSec() / threadedCopy.gigabytesPerSec();
    }
}
