package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import org.junit.jupiter.api.Test;

class LoaderStateTest {

    private static final LoaderState STATE =
            new LoaderState(LoaderState.VERSION, 1, "abc", 7, "k=4", "carry", 96, LoaderState.NO_WINDOW, 1234, 118_464);

    @Test
    void readsWhatItWrote() {
        assertThat(LoaderState.parse(STATE.toJson())).isEqualTo(STATE);
    }

    @Test
    void anotherVersionIsRefusedByNumber() {
        assertThatThrownBy(() -> LoaderState.parse(STATE.toJson().replace("\"version\":4", "\"version\":3")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("reading a loader state failed: expectedVersion=4, foundVersion=3; ");
    }

    @Test
    void whatIsNoStateIsRefused() {
        for (String text : new String[] {"", "[]", "{}", "{\"version\":4}", "\u0000"}) {
            assertThatThrownBy(() -> LoaderState.parse(text)).as(text).isInstanceOf(ConfigurationException.class);
        }
    }

    @Test
    void continuesAtAnyStep() {
        assertThatCode(() -> STATE.requireContinues(new LoaderState(
                        LoaderState.VERSION, 1, "abc", 7, "k=4", "carry", 96, LoaderState.NO_WINDOW, 0, 0)))
                .doesNotThrowAnyException();
    }

    @Test
    void anotherSeedOrDatasetIsRefusedByName() {
        LoaderState seed =
                new LoaderState(LoaderState.VERSION, 1, "abc", 8, "k=4", "carry", 96, LoaderState.NO_WINDOW, 0, 0);
        assertThatThrownBy(() -> STATE.requireContinues(seed))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("resuming failed: differs=seed, saved=7, now=8");
        LoaderState dataset =
                new LoaderState(LoaderState.VERSION, 1, "abd", 7, "k=4", "carry", 96, LoaderState.NO_WINDOW, 0, 0);
        assertThatThrownBy(() -> STATE.requireContinues(dataset)).hasMessageContaining("differs=datasetDigest");
    }

    @Test
    void stepsThatTradeSamplesContinueWithTheSameBalanceOnly() {
        LoaderState four =
                new LoaderState(LoaderState.VERSION, 1, "abc", 7, "k=4", "carry", 96, "delay=8 ranks=4", 10, 960);
        LoaderState six =
                new LoaderState(LoaderState.VERSION, 1, "abc", 7, "k=4", "carry", 96, "delay=8 ranks=6", 10, 960);
        assertThatCode(() -> four.requireContinues(four)).doesNotThrowAnyException();
        assertThatThrownBy(() -> four.requireContinues(six))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("saved=delay=8 ranks=4, now=delay=8 ranks=6");
        assertThatThrownBy(() -> STATE.requireContinues(six)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void aRunThatEndedWithAShortStepIsNotContinuedByALongerOne() {
        LoaderState ended = new LoaderState(
                LoaderState.VERSION, 1, "abc", 7, "k=4", "carry", 96, LoaderState.NO_WINDOW, 1234, 118_400);
        assertThatThrownBy(() -> ended.requireContinues(STATE))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("samples before step 1234, saved=118400, now=118464");
        assertThatCode(() -> ended.requireContinues(ended)).doesNotThrowAnyException();
    }
}
