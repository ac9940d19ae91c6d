package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HedgingTest {

    @ParameterizedTest
    @ValueSource(strings = {"off", "0.05", "0.00001", "1"})
    void aSettingIsReadAsItIsWritten(String text) {
        assertThat(Hedging.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.05f", "0x1p-3", "1e-2", "NaN", "-0.1", " 0.1", ""})
    void whatIsNoPlainDecimalIsRefusedAsItWasTyped(String text) {
        assertThatThrownBy(() -> Hedging.parse(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("hedging option failed: value=" + text
                        + "; use off, or the share of bytes that may be wasted, as in 0.05");
    }
}
