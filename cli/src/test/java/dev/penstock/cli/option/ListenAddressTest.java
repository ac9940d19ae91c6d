package dev.penstock.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

    @ParameterizedTest
    @CsvSource({
        "9465, 127.0.0.1, 9465",
        ":9465, 127.0.0.1, 9465",
        "127.0.0.1:0, 127.0.0.1, 0",
        "0.0.0.0:80, 0.0.0.0, 80",
        "[::1]:65535, 0:0:0:0:0:0:0:1, 65535"
    })
    void aHostAndAPortAreAnAddress(String text, String host, int port) {
        InetSocketAddress address = ListenAddress.parse(text);

        assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
        assertThat(address.getPort()).isEqualTo(port);
    }

    @Test
    void aPortAloneListensWhereOnlyThisHostComes() {
        assertThat(ListenAddress.parse("1").getAddress().isLoopbackAddress()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", "1.2.3.4:65536", "::1:80", "[::1]", "a b:80", "http://x:80"})
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text)).isInstanceOf(ConfigurationException.class);
    }
}
