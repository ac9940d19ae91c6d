package dev.penstock.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.order.GlobalBatches;
import dev.penstock.order.Remainder;
import dev.penstock.order.SampleOrder;
import dev.penstock.order.Shuffle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepSamplesTest {

    private static final int EPOCHS = 3;
    private static final int BATCH = 4;

    private static StepSamples samples(GlobalBatches batches, StepRegrouping regrouping) {
        SampleOrder order = new SampleOrder(new long[] {0, batches.sampleCount()}, new Shuffle.Full(), 3);
        return new StepSamples(order, batches, regrouping, 2, sample -> (int) (sample * 31 % 17));
    }

    private static List<Long> load(StepSamples samples, long step) {
        samples.load(step);
        return LongStream.range(0, samples.count())
                .map(item -> samples.sample((int) item))
                .boxed()
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Remainder.class)
    void tradingStepsKeepEveryEpochWhole(Remainder remainder) {
        for (int sampleCount = BATCH; sampleCount < 40; sampleCount++) {
            for (int window = 2; window < 6; window++) {
                GlobalBatches batches = new GlobalBatches(sampleCount, BATCH, EPOCHS, remainder);
                StepSamples traded = samples(batches, new LongestToTheMiddle(window));
                StepSamples plain = samples(batches, StepRegrouping.NONE);
                Map<Long, List<Long>> tradedByEpoch = new HashMap<>();
                Map<Long, List<Long>> plainByEpoch = new HashMap<>();
                for (long step = 0; step < batches.stepCount(); step++) {
                    tradedByEpoch
                            .computeIfAbsent(batches.epochOf(step), e -> new ArrayList<>())
                            .addAll(load(traded, step));
                    plainByEpoch
                            .computeIfAbsent(batches.epochOf(step), e -> new ArrayList<>())
                            .addAll(load(plain, step));
                }
                tradedByEpoch.values().forEach(ids -> ids.sort(null));
                plainByEpoch.values().forEach(ids -> ids.sort(null));
                assertThat(tradedByEpoch)
                        .as("%d samples, windows of %d", sampleCount, window)
                        .isEqualTo(plainByEpoch);
            }
        }
    }

    @Test
    void anyStepComesOutTheSameWhicheverCameBefore() {
        GlobalBatches batches = new GlobalBatches(37, BATCH, EPOCHS, Remainder.CARRY);
        StepSamples inOrder = samples(batches, new LongestToTheMiddle(4));
        for (long step = 0; step < batches.stepCount(); step++) {
            assertThat(load(inOrder, step))
                    .as("step %d", step)
                    .isEqualTo(load(samples(batches, new LongestToTheMiddle(4)), step));
        }
    }

    @ParameterizedTest
    @EnumSource(Remainder.class)
    void whereTheRunEndsMovesNoSampleOfAnEarlierStep(Remainder remainder) {
        for (int sampleCount = BATCH; sampleCount < 60; sampleCount++) {
            for (int window = 2; window < 6; window++) {
                StepRegrouping regrouping = new LongestToTheMiddle(window);
                GlobalBatches longest = new GlobalBatches(sampleCount, BATCH, GlobalBatches.UNBOUNDED, remainder);
                for (int epochs = 1; epochs <= EPOCHS; epochs++) {
                    GlobalBatches shorter = new GlobalBatches(sampleCount, BATCH, epochs, remainder);
                    StepSamples ended = samples(shorter, regrouping);
                    StepSamples goesOn = samples(longest, regrouping);
                    for (long step = 0; step < shorter.stepCount(); step++) {
                        if (shorter.size(step) == longest.size(step)) {
                            assertThat(load(ended, step))
                                    .as("step %d of %s, windows of %d", step, shorter, window)
                                    .isEqualTo(load(goesOn, step));
                        }
                    }
                }
            }
        }
    }

    @Test
    void noSampleLeavesItsWindow() {
        GlobalBatches batches = new GlobalBatches(41, BATCH, EPOCHS, Remainder.CARRY);
        StepSamples samples = samples(batches, new LongestToTheMiddle(4));
        boolean anyMoved = false;
        for (long step = 0; step < batches.stepCount(); step++) {
            samples.load(step);
            for (int item = 0; item < samples.count(); item++) {
                long own = batches.stepOf(samples.position(item));
                assertThat(Math.abs(own - step)).isLessThan(4);
                anyMoved |= own != step;
            }
        }
        assertThat(anyMoved).isTrue();
    }

    @Test
    void windowsOpenAndCloseBetweenEpochs() {
        GlobalBatches batches = new GlobalBatches(30, BATCH, 2, Remainder.CARRY);
        StepRegrouping four = new LongestToTheMiddle(4);

        // Steps 0 to 6 are the first epoch's, step 7 spans both, 8 to 14 are the second one's.
        List<Long> within = LongStream.rangeClosed(0, batches.stepCount())
                .filter(step -> StepSamples.isWithinWindow(batches, four, step))
                .boxed()
                .toList();

        assertThat(within).containsExactly(1L, 2L, 4L, 5L, 6L, 9L, 10L, 12L, 13L, 14L);
    }
}
