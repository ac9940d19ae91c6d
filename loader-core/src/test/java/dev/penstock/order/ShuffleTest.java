package dev.penstock.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShuffleTest {

    @ParameterizedTest
    @ValueSource(strings = {"none", "full", "k=1", "k=32", "k=2147483647"})
    void textIsReadAndGivenBack(String text) {
        assertThat(Shuffle.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Full", "k", "k=", "k=0", "k=-3", "k=2147483648", "k=1.5", "k= 1", "32"})
    void nonsenseIsRefused(String text) {
        assertThatThrownBy(() -> Shuffle.parse(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("value=" + text);
    }

    @Test
    void refusalSaysWhatIsAllowed() {
        assertThatThrownBy(() -> Shuffle.parse("half"))
                .hasMessage("shuffle option failed: value=half; use none, full or k=N, as in k=8");
    }
}
