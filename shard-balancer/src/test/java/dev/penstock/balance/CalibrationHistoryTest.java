package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationHistoryTest {

    private static final Calibration EARLY = new Calibration(40, new CostModel(7, 2, 0), RankSpeeds.EQUAL);
    private static final Calibration LATER = new Calibration(90, new CostModel(9, 1, 5), RankSpeeds.of(1, 0.5, 1));
    private static final CalibrationHistory BOTH =
            CalibrationHistory.NONE.with(EARLY).with(LATER);

    @Test
    void stepGoesByTheLatestCalibrationBeforeIt() {
        assertThat(BOTH.at(39)).isEmpty();
        assertThat(BOTH.at(40)).contains(EARLY);
        assertThat(BOTH.at(89)).contains(EARLY);
        assertThat(BOTH.at(90)).contains(LATER);
        assertThatThrownBy(() -> BOTH.with(LATER)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void textSaysAllOfIt() {
        assertThat(BOTH).hasToString("40 7 2 0 equal;90 9 1 5 1000,2000,1000");
        assertThat(CalibrationHistory.parse(BOTH.toString())).isEqualTo(BOTH);
        assertThat(CalibrationHistory.parse("")).isEqualTo(CalibrationHistory.NONE);
    }

    @Test
    void textThatIsNoHistoryIsRefused() {
        for (String text : List.of("40", "40 7 2 0", "40 7 2 x equal", "40 7 2 0 3", "40 -7 2 0 equal", ";")) {
            assertThatThrownBy(() -> CalibrationHistory.parse(text))
                    .as(text)
                    .isInstanceOf(ConfigurationException.class);
        }
    }

    @Test
    void whatIsPastIsForgottenButNotWhatIsInForce() {
        assertThat(BOTH.since(10)).isEqualTo(BOTH);
        assertThat(BOTH.since(89)).isEqualTo(BOTH);
        assertThat(BOTH.since(90).calibrations()).containsExactly(LATER);
    }

    @Test
    void otherRanksKeepTheModelAndLoseTheSpeeds() {
        assertThat(BOTH.forRanks(3)).isEqualTo(BOTH);
        assertThat(BOTH.forRanks(2).calibrations())
                .containsExactly(EARLY, new Calibration(90, LATER.model(), RankSpeeds.EQUAL));
    }
}
