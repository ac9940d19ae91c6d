package dev.penstock.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.cli.profile.StepPhases;
import dev.penstock.error.CorruptDataException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecondRankTest {

    private static final long MILLI = 1_000_000;

    private static StepPhases step(long wait, long forward, long backward, long reduce, long update) {
        return new StepPhases(
                0,
                MILLI * (wait + forward + backward + reduce + update),
                Map.of(
                        "wait", MILLI * wait,
                        "forward", MILLI * forward,
                        "backward", MILLI * backward,
                        "reduce", MILLI * reduce,
                        "update", MILLI * update));
    }

    private static MeasuredRun run(int ranks, StepPhases step) {
        return new MeasuredRun(100, 5.5, 3.25, Collections.nCopies(ranks, List.of(step, step)));
    }

    @Test
    void speedUpAndLossesAddUp() {
        SecondRank round = new SecondRank(run(1, step(0, 30, 60, 0, 10)), run(2, step(2, 16, 32, 5, 10)));

        assertThat(round.speedUp()).isCloseTo(100.0 / 65, within(1e-9));
        assertThat(round.lostMillis())
                .containsEntry(SecondRank.Bound.SHARED_CORES, 3.0)
                .containsEntry(SecondRank.Bound.REDUCTION, 5.0)
                .containsEntry(SecondRank.Bound.UPDATE, 5.0)
                .containsEntry(SecondRank.Bound.LOADING, 2.0);
        assertThat(round.two().exposedShare()).isCloseTo(5.0 / 65, within(1e-9));
        assertThat(round.two().fedShare()).isCloseTo(63.0 / 65, within(1e-9));
    }

    @Test
    void theBoundIsWhatCostsMost() {
        MeasuredRun one = run(1, step(0, 30, 60, 0, 10));

        assertThat(new SecondRank(one, run(2, step(0, 20, 40, 5, 10))).bound())
                .isEqualTo(SecondRank.Bound.SHARED_CORES);
        assertThat(new SecondRank(one, run(2, step(0, 15, 30, 9, 6))).bound()).isEqualTo(SecondRank.Bound.REDUCTION);
        assertThat(new SecondRank(one, run(2, step(7, 15, 30, 1, 10))).bound()).isEqualTo(SecondRank.Bound.LOADING);
    }

    @Test
    void theRankThatWaitedMostSaysHowWellTheModelWasFed() {
        MeasuredRun run = new MeasuredRun(
                100, 5.5, 3.25, List.of(List.of(step(0, 40, 50, 10, 0)), List.of(step(10, 40, 50, 0, 0))));

        assertThat(run.fedShare()).isCloseTo(0.9, within(1e-9));
    }

    @Test
    void runsThatDidNotLearnTheSameAreNotCompared() {
        StepPhases step = step(0, 1, 1, 1, 1);
        MeasuredRun one = run(1, step);
        MeasuredRun lost = new MeasuredRun(99, 5.5, 3.25, List.of(List.of(step)));
        MeasuredRun other = new MeasuredRun(100, 5.5, 3.27, List.of(List.of(step)));

        assertThatThrownBy(() -> new SecondRank(one, lost))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage("comparing two ranks with one failed: samples=100 and 99, lossFirst=5.5 and 5.5,"
                        + " lossLast=3.25 and 3.25");
        assertThatThrownBy(() -> new SecondRank(one, other)).isInstanceOf(CorruptDataException.class);
    }
}
