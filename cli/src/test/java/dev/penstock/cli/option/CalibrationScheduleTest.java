package dev.penstock.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationScheduleTest {

    @Test
    void textIsReadBack() {
        for (String text : List.of("off", "100", "every=250")) {
            assertThat(CalibrationSchedule.parse(text)).hasToString(text);
        }
    }

    @Test
    void nextCalibrationComesAfterTheStepAndNeverAtIt() {
        CalibrationSchedule once = CalibrationSchedule.parse("100");
        CalibrationSchedule every = CalibrationSchedule.parse("every=50");

        assertThat(once.after(99)).hasValue(100);
        assertThat(once.after(100)).isEmpty();
        assertThat(every.after(0)).hasValue(50);
        assertThat(every.after(49)).hasValue(50);
        assertThat(every.after(50)).hasValue(100);
        assertThat(CalibrationSchedule.parse("off").after(0)).isEmpty();
    }

    @Test
    void calibrationsEndWhereALongEnds() {
        CalibrationSchedule last = new CalibrationSchedule.Every(Long.MAX_VALUE);
        CalibrationSchedule often = new CalibrationSchedule.Every(Long.MAX_VALUE / 2);

        assertThat(last.after(0)).hasValue(Long.MAX_VALUE);
        assertThat(last.after(Long.MAX_VALUE)).isEmpty();
        assertThat(often.after(Long.MAX_VALUE / 2)).hasValue(Long.MAX_VALUE - 1);
        assertThat(often.after(Long.MAX_VALUE - 1)).isEmpty();
    }

    @Test
    void scheduleThatMakesNoSenseIsRefused() {
        for (String text : List.of("", "on", "0", "-3", "1.5", "every", "every=", "every=0", "each=5")) {
            assertThatThrownBy(() -> CalibrationSchedule.parse(text))
                    .as(text)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("use off, a step such as 100, or every=N");
        }
    }
}
