package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import org.junit.jupiter.api.Test;

class LoaderStateTest {

    private static final LoaderState STATE =
            new LoaderState(LoaderState.VERSION, 1, "abc", 7, "k=4", "carry", 96, 1234);

    @Test
    void readsWhatItWrote() {
        assertThat(LoaderState.parse(STATE.toJson())).isEqualTo(STATE);
    }

    @Test
    void anotherVersionIsRefusedByNumber() {
        assertThatThrownBy(() -> LoaderState.parse(STATE.toJson().replace("\"version\":1", "\"version\":9")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("reading a loader state failed: expectedVersion=1, foundVersion=9; ");
    }

    @Test
    void whatIsNoStateIsRefused() {
        for (String text : new String[] {"", "[]", "{}", "{\"version\":1}", "\u0000"}) {
            assertThatThrownBy(() -> LoaderState.parse(text)).as(text).isInstanceOf(ConfigurationException.class);
        }
    }

    @Test
    void continuesAtAnyStep() {
        assertThatCode(() -> STATE.requireContinues(
                        new LoaderState(LoaderState.VERSION, 1, "abc", 7, "k=4", "carry", 96, 0)))
                .doesNotThrowAnyException();
    }

    @Test
    void anotherSeedOrDatasetIsRefusedByName() {
        LoaderState seed = new LoaderState(LoaderState.VERSION, 1, "abc", 8, "k=4", "carry", 96, 0);
        assertThatThrownBy(() -> STATE.requireContinues(seed))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("resuming failed: differs=seed, saved=7, now=8");
        LoaderState dataset = new LoaderState(LoaderState.VERSION, 1, "abd", 7, "k=4", "carry", 96, 0);
        assertThatThrownBy(() -> STATE.requireContinues(dataset)).hasMessageContaining("differs=datasetDigest");
    }
}
