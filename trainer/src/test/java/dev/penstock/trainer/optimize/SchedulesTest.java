package dev.penstock.trainer.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.error.ConfigurationException;
import java.util.function.LongToDoubleFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// The schedules against the closed formulas of `torch.optim.lr_scheduler`, written as its documentation has them.
class SchedulesTest {

    private static final Offset<Double> ROUNDING = within(1e-15);

    private static final double PEAK = 0.3;
    private static final int STEPS = 100;

    /// Of PyTorch 2.10, printed with 17 digits: `OneCycleLR(opt, 0.3, total_steps=100, pct_start=0.2,
    /// final_div_factor=4)` at steps 0, 7, 19, 20, 60, 99; final share 1 / (25 · 4).
    private static final double[] ONE_CYCLE = {
        0.012, 0.09815585884997238, 0.3, 0.29988551188174734, 0.14566991735977836, 0.003
    };

    private static final int[] ONE_CYCLE_STEPS = {0, 7, 19, 20, 60, 99};

    @Test
    void cosineIsCosineAnnealingLr() {
        double last = PEAK * 0.02;
        everyStep(
                new Cosine(PEAK, STEPS, 0.02),
                step -> last + (PEAK - last) * (1 + Math.cos(Math.PI * Math.min(step, STEPS) / STEPS)) / 2);
    }

    @Test
    void warmUpIsLinearLrBeforeWhatFollows() {
        double first = 0.25;
        Cosine after = new Cosine(PEAK, STEPS, 0.1);
        everyStep(
                new LinearWarmUp(11, first, after),
                step -> step < 11 ? PEAK * (first + (1 - first) * step / 10) : after.learningRate(step - 11));
    }

    @Test
    void warmUpFromZeroMakesEqualSteps() {
        LinearWarmUp schedule = LinearWarmUp.fromZero(10, new Constant(PEAK));
        everyStep(schedule, step -> PEAK * Math.min(10, step + 1) / 10);
    }

    @Test
    void oneCycleIsOneCycleLr() {
        OneCycle schedule = new OneCycle(PEAK, 20, STEPS, 0.01);
        for (int i = 0; i < ONE_CYCLE.length; i++) {
            assertThat(schedule.learningRate(ONE_CYCLE_STEPS[i]))
                    .as("step %d", ONE_CYCLE_STEPS[i])
                    .isCloseTo(ONE_CYCLE[i], ROUNDING);
        }
    }

    @Test
    void oneCycleWithoutWarmUpStartsAtThePeak() {
        assertThat(new OneCycle(PEAK, 0, STEPS, 0).learningRate(0)).isEqualTo(PEAK);
        assertThat(new OneCycle(PEAK, 1, STEPS, 0).learningRate(0)).isEqualTo(PEAK);
        assertThat(new OneCycle(PEAK, 0, 1, 0).learningRate(0)).isEqualTo(PEAK);
    }

    @Test
    void schedulesStayAtTheirLastRate() {
        assertThat(new OneCycle(PEAK, 20, STEPS, 0.1).learningRate(1_000_000)).isCloseTo(PEAK * 0.1, ROUNDING);
        assertThat(new Cosine(PEAK, STEPS, 0.1).learningRate(1_000_000)).isCloseTo(PEAK * 0.1, ROUNDING);
    }

    @Test
    void whatMakesNoScheduleIsRefused() {
        assertThatThrownBy(() -> new OneCycle(1, 10, 10, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("warmUpSteps=10, totalSteps=10");
        assertThatThrownBy(() -> new Cosine(0, 10, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("peakRate=0.0");
        assertThatThrownBy(() -> new LinearWarmUp(-1, 0, new Constant(1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("steps=-1");
    }

    private static void everyStep(Schedule schedule, LongToDoubleFunction expected) {
        for (long step = 0; step < 2 * STEPS; step++) {
            assertThat(schedule.learningRate(step))
                    .as("step %d", step)
                    .isCloseTo(expected.applyAsDouble(step), ROUNDING);
        }
    }
}
