package dev.penstock.storage.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentProxiesTest {

    @Test
    void withoutVariablesEveryTargetIsDirect() {
        EnvironmentProxies proxies = EnvironmentProxies.from(Map.of());
        assertThat(proxies.towards("https", "host")).isNull();
        assertThat(proxies.towards("http", "host")).isNull();
    }

    @Test
    void theSchemeOfTheTargetChoosesTheProxy() {
        EnvironmentProxies proxies =
                EnvironmentProxies.from(Map.of("HTTPS_PROXY", "http://secure:1", "HTTP_PROXY", "plain:2"));
        assertThat(proxies.towards("https", "host")).isEqualTo(new HttpProxy("secure", 1, "", ""));
        assertThat(proxies.towards("http", "host")).isEqualTo(new HttpProxy("plain", 2, "", ""));
    }

    @Test
    void lowerCaseNamesComeFirst() {
        EnvironmentProxies proxies =
                EnvironmentProxies.from(Map.of("https_proxy", "http://lower:1", "HTTPS_PROXY", "http://upper:1"));
        assertThat(proxies.towards("https", "host")).hasToString("lower:1");
    }

    @Test
    void listedHostsAndTheirDomainsAreDirect() {
        EnvironmentProxies proxies = EnvironmentProxies.from(
                Map.of("HTTPS_PROXY", "http://proxy:1", "NO_PROXY", "exact.example, .corp ,10.0.0.1"));
        for (String host : List.of("exact.example", "EXACT.example", "a.exact.example", "x.corp", "10.0.0.1")) {
            assertThat(proxies.towards("https", host)).as(host).isNull();
        }
        for (String host : List.of("inexact.example", "example", "xcorp", "110.0.0.1")) {
            assertThat(proxies.towards("https", host)).as(host).isNotNull();
        }
        assertThat(EnvironmentProxies.from(Map.of("HTTPS_PROXY", "http://proxy:1", "NO_PROXY", "*"))
                        .towards("https", "any"))
                .isNull();
    }

    @Test
    void aLoginIsTakenFromTheAddressAndNeverShown() {
        HttpProxy proxy = EnvironmentProxies.from(Map.of("HTTPS_PROXY", "http://user:hidden@proxy:3128"))
                .towards("https", "host");
        assertThat(proxy).isEqualTo(new HttpProxy("proxy", 3128, "user", "hidden"));
        assertThat(proxy).hasToString("proxy:3128");
        for (String broken : List.of("http://user:hidden@proxy", "socks5://u:hidden@proxy:1", "http://u:hidden @p:1")) {
            assertThatThrownBy(() -> EnvironmentProxies.from(Map.of("HTTPS_PROXY", broken)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("variable=https_proxy")
                    .hasMessageNotContaining("hidden")
                    .hasNoCause();
        }
    }
}
