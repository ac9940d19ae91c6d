package dev.penstock.order;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Objects;

/// Which positions make the global batch of each step.
///
/// Positions number the samples of all epochs in one line: position `p` is index `p % sampleCount` of epoch
/// `p / sampleCount`. A step takes consecutive positions; steps count from 0 over the whole run. Every answer is
/// O(1) and exact up to the last whole epoch below 2^63 positions, where a run ends even when it is unbounded.
///
/// ```
/// 5 samples, batches of 2   epoch 0      epoch 1
/// DROP                      0 0 1 1 -    2 2 3 3 -
/// SHORT                     0 0 1 1 2    3 3 4 4 5
/// CARRY                     0 0 1 1 2    2 3 3 4 4
/// ```
///
/// @param sampleCount samples of one epoch, at least 1
/// @param batchSize samples of a full global batch, at least 1
/// @param epochCount epochs of the run, at least 1, or [#UNBOUNDED]
public record GlobalBatches(long sampleCount, int batchSize, long epochCount, Remainder remainder) {

    /// As a number of epochs or steps: the run does not end.
    public static final long UNBOUNDED = Long.MAX_VALUE;

    /// In place of a step: no step delivers the position.
    public static final long NEVER = -1;

    public GlobalBatches {
        requirePositive("samples", sampleCount);
        requirePositive("batch", batchSize);
        requirePositive("epochs", epochCount);
        if (remainder == Remainder.DROP && sampleCount < batchSize) {
            throw new ConfigurationException(FailureMessage.of("batch plan")
                    .with("samples", sampleCount)
                    .with("batch", batchSize)
                    .with("remainder", remainder)
                    .remedy("an epoch does not fill one batch; use a smaller batch, or remainder short or carry"));
        }
    }

    private static void requirePositive(String key, long value) {
        if (value < 1) {
            throw new ConfigurationException(
                    FailureMessage.of("batch plan").with(key, value).remedy(key + " must be at least 1"));
        }
    }

    /// Steps of the run, or [#UNBOUNDED].
    public long stepCount() {
        return epochCount == UNBOUNDED ? UNBOUNDED : stepLimit();
    }

    /// The position of the step's first sample.
    public long firstPosition(long step) {
        Objects.checkIndex(step, stepLimit());
        return switch (remainder) {
            case DROP, SHORT -> step / stepsPerEpoch() * sampleCount + step % stepsPerEpoch() * batchSize;
            case CARRY -> step * batchSize;
        };
    }

    /// The number of samples of the step; positions `[firstPosition(step), firstPosition(step) + size(step))` are its.
    public int size(long step) {
        long first = firstPosition(step);
        return switch (remainder) {
            case DROP -> batchSize;
            case SHORT -> (int) Math.min(batchSize, sampleCount - first % sampleCount);
            case CARRY -> (int) Math.min(batchSize, positionLimit() - first);
        };
    }

    /// The epoch of the step's first sample.
    public long epochOf(long step) {
        return firstPosition(step) / sampleCount;
    }

    /// The step that delivers a position, or [#NEVER] when it is dropped or lies behind the end of the run.
    public long stepOf(long position) {
        if (position < 0) {
            throw new IndexOutOfBoundsException("position must not be negative, was " + position);
        }
        if (position >= positionLimit()) {
            return NEVER;
        }
        return switch (remainder) {
            case DROP, SHORT -> {
                long stepInEpoch = position % sampleCount / batchSize;
                yield stepInEpoch < stepsPerEpoch() ? position / sampleCount * stepsPerEpoch() + stepInEpoch : NEVER;
            }
            case CARRY -> position / batchSize;
        };
    }

    /// The first step with no sample of an earlier epoch.
    public long firstWholeStep(long epoch) {
        return switch (remainder) {
            case DROP, SHORT -> epoch * stepsPerEpoch();
            case CARRY -> Math.ceilDiv(epoch * sampleCount, (long) batchSize);
        };
    }

    /// The first step with a sample of a later epoch, or that would have one if the run went on; not before
    /// [#firstWholeStep]. The same for every number of epochs.
    public long endOfWholeSteps(long epoch) {
        long end = switch (remainder) {
            case DROP, SHORT -> (epoch + 1) * stepsPerEpoch();
            case CARRY -> (epoch + 1) * sampleCount / batchSize;
        };
        return Math.max(end, firstWholeStep(epoch));
    }

    private long stepsPerEpoch() {
        return remainder == Remainder.DROP ? sampleCount / batchSize : Math.ceilDiv(sampleCount, (long) batchSize);
    }

    private long epochLimit() {
        return Math.min(epochCount, Long.MAX_VALUE / sampleCount);
    }

    private long positionLimit() {
        return epochLimit() * sampleCount;
    }

    /// Where a run ends even when it is unbounded: steps beyond it have positions that no number holds.
    public long stepLimit() {
        return switch (remainder) {
            case DROP, SHORT -> epochLimit() * stepsPerEpoch();
            case CARRY -> Math.ceilDiv(positionLimit(), (long) batchSize);
        };
    }
}
