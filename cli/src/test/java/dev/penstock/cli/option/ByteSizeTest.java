package dev.penstock.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "1000, 1000, 1000",
        "64K, 65536, 64K",
        "512m, 536870912, 512M",
        "2GiB, 2147483648, 2G",
        "1024M, 1073741824, 1G",
        "1T, 1099511627776, 1T",
        "2048T, 2251799813685248, 2048T"
    })
    void readsPowersOf1024AndWritesThemShortest(String text, long bytes, String shortest) {
        assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes)).hasToString(shortest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "-1", "1.5G", "5 M", "1P", "9999999999T", "99999999999999999999"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(ConfigurationException.class);
    }
}
