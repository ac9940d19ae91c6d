package dev.penstock.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GlobalBatchesTest {

    @ParameterizedTest
    @EnumSource
    void everyPositionBelongsToOneStepOrIsDropped(Remainder remainder) {
        for (int samples = 1; samples <= 24; samples++) {
            for (int batch = 1; batch <= 30; batch++) {
                for (int epochs = 1; epochs <= 4; epochs++) {
                    if (remainder != Remainder.DROP || samples >= batch) {
                        checkLaws(new GlobalBatches(samples, batch, epochs, remainder));
                    }
                }
            }
        }
    }

    private static void checkLaws(GlobalBatches batches) {
        long position = 0;
        for (long step = 0; step < batches.stepCount(); step++) {
            long first = batches.firstPosition(step);
            for (; position < first; position++) {
                assertDropped(batches, position);
            }
            assertThat(position).as("%s step %d", batches, step).isEqualTo(first);
            assertThat(batches.epochOf(step)).isEqualTo(first / batches.sampleCount());
            int size = batches.size(step);
            assertThat(size).as("%s step %d", batches, step).isBetween(1, batches.batchSize());
            if (size < batches.batchSize()) {
                assertShortBatchIsAllowed(batches, step, first + size);
            }
            for (; position < first + size; position++) {
                assertThat(batches.stepOf(position))
                        .as("%s at %d", batches, position)
                        .isEqualTo(step);
            }
        }
        long end = batches.sampleCount() * batches.epochCount();
        for (; position < end; position++) {
            assertDropped(batches, position);
        }
        assertThat(position).isEqualTo(end);
        assertThat(batches.stepOf(end)).isEqualTo(GlobalBatches.NEVER);
        assertThatThrownBy(() -> batches.firstPosition(batches.stepCount()))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static void assertDropped(GlobalBatches batches, long position) {
        assertThat(batches.remainder()).as("%s at %d", batches, position).isEqualTo(Remainder.DROP);
        assertThat(batches.stepOf(position)).isEqualTo(GlobalBatches.NEVER);
        long left = batches.sampleCount() - position % batches.sampleCount();
        assertThat(left).as("%s at %d", batches, position).isLessThan(batches.batchSize());
    }

    private static void assertShortBatchIsAllowed(GlobalBatches batches, long step, long end) {
        switch (batches.remainder()) {
            case DROP -> throw new AssertionError(batches + " has a short step " + step);
            case SHORT -> assertThat(end % batches.sampleCount()).isZero();
            case CARRY -> assertThat(step).isEqualTo(batches.stepCount() - 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void unboundedRunsReachFarSteps(Remainder remainder) {
        var batches = new GlobalBatches(1_281_167, 4096, GlobalBatches.UNBOUNDED, remainder);
        assertThat(batches.stepCount()).isEqualTo(GlobalBatches.UNBOUNDED);
        long step = 1_000_000_000_000L;
        long first = batches.firstPosition(step);
        assertThat(batches.stepOf(first)).isEqualTo(step);
        assertThat(batches.stepOf(first + batches.size(step) - 1)).isEqualTo(step);
        assertThat(batches.firstPosition(step + 1)).isGreaterThanOrEqualTo(first + batches.size(step));
    }

    @ParameterizedTest
    @EnumSource
    void extremeSizesDoNotOverflow(Remainder remainder) {
        for (long samples : new long[] {Integer.MAX_VALUE, 1L << 40, 1L << 62}) {
            for (long epochs : new long[] {1, 1L << 62, GlobalBatches.UNBOUNDED}) {
                var batches = new GlobalBatches(samples, Integer.MAX_VALUE, epochs, remainder);
                long wholeEpochs = Math.min(epochs, Long.MAX_VALUE / samples);
                long last = batches.stepOf(wholeEpochs * samples - 1);
                if (remainder == Remainder.DROP && samples % Integer.MAX_VALUE != 0) {
                    assertThat(last).isEqualTo(GlobalBatches.NEVER);
                } else {
                    assertThat(batches.firstPosition(last) + batches.size(last)).isEqualTo(wholeEpochs * samples);
                }
            }
        }
    }

    @Test
    void dropWithoutOneFullBatchIsRefused() {
        assertThatThrownBy(() -> new GlobalBatches(7, 8, 1, Remainder.DROP))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("batch plan failed: samples=7, batch=8, remainder=drop; an epoch does not fill one batch; "
                        + "use a smaller batch, or remainder short or carry");
    }

    @Test
    void emptyRunsAreRefused() {
        assertThatThrownBy(() -> new GlobalBatches(0, 8, 1, Remainder.CARRY))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> new GlobalBatches(8, 0, 1, Remainder.CARRY))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> new GlobalBatches(8, 8, 0, Remainder.CARRY))
                .isInstanceOf(ConfigurationException.class);
    }

    @ParameterizedTest
    @EnumSource
    void remainderNamesAreReadAndGivenBack(Remainder remainder) {
        assertThat(Remainder.parse(remainder.toString())).isEqualTo(remainder);
    }

    @Test
    void unknownRemainderIsRefused() {
        assertThatThrownBy(() -> Remainder.parse("keep")).isInstanceOf(ConfigurationException.class);
    }
}
