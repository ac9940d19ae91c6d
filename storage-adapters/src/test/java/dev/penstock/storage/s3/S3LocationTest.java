package dev.penstock.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.store.ObjectStore;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class S3LocationTest {

    @Test
    void aPlainUriIsABucketOfAwsWithItsPrefix() {
        S3Location location = S3Location.of(URI.create("s3://data-1.x/train/a%20b"), Map.of());
        assertThat(location.bucket()).isEqualTo("data-1.x");
        assertThat(location.prefix()).isEqualTo("train/a b/");
        assertThat(location.root()).isEqualTo(URI.create("s3://data-1.x/train/a%20b/"));
        assertThat(location.endpoint()).isEmpty();
        assertThat(location.addressing()).isEqualTo(S3Location.Addressing.VIRTUAL);
        assertThat(location.access()).isEqualTo(S3Location.Access.SIGNED);
        assertThat(S3Location.of(URI.create("s3://b"), Map.of()).prefix()).isEmpty();
    }

    @Test
    void everyParameterIsRead() {
        S3Location location = S3Location.of(
                URI.create("s3://b/p/?endpoint=http%3A%2F%2Fhost%3A9000&region=eu-1&addressing=virtual&anonymous=true"),
                Map.of());
        assertThat(location.endpoint()).contains(URI.create("http://host:9000"));
        assertThat(location.region()).contains("eu-1");
        assertThat(location.addressing()).isEqualTo(S3Location.Addressing.VIRTUAL);
        assertThat(location.access()).isEqualTo(S3Location.Access.ANONYMOUS);
    }

    @Test
    void theRootOpensTheSameLocation() {
        S3Location location = S3Location.of(URI.create("s3://b/p?endpoint=http://host:9000&region=eu-1"), Map.of());
        assertThat(S3Location.of(location.root(), Map.of())).isEqualTo(location);
    }

    @Test
    void anEndpointOfTheEnvironmentIsSecondAndMakesPathsTheDefault() {
        Map<String, String> environment =
                Map.of("AWS_ENDPOINT_URL", "http://general", "AWS_ENDPOINT_URL_S3", "http://special");
        S3Location location = S3Location.of(URI.create("s3://b"), environment);
        assertThat(location.endpoint()).contains(URI.create("http://special"));
        assertThat(location.addressing()).isEqualTo(S3Location.Addressing.PATH);
        assertThat(S3Location.of(URI.create("s3://b?endpoint=http://mine"), environment)
                        .endpoint())
                .contains(URI.create("http://mine"));
    }

    @Test
    void storesOfOneUriAreToldApartByTheirEndpoints() {
        String home = identity("s3://b/p", Map.of());
        String one = identity("s3://b/p", Map.of("AWS_ENDPOINT_URL_S3", "http://one:9000"));
        String other = identity("s3://b/p", Map.of("AWS_ENDPOINT_URL", "http://other:9000"));
        String virtual = identity("s3://b/p?addressing=virtual", Map.of("AWS_ENDPOINT_URL_S3", "http://one:9000"));
        assertThat(List.of(home, one, other, virtual)).doesNotHaveDuplicates();
        assertThat(identity("s3://b/p?endpoint=http://one:9000", Map.of())).isEqualTo(one);
        assertThat(identity("s3://b/q", Map.of())).isNotEqualTo(home);
    }

    private static String identity(String uri, Map<String, String> environment) {
        try (ObjectStore store = TestStores.open(uri, S3Server.SECRET_KEY, environment)) {
            return store.identity();
        }
    }

    @Test
    void anUnknownParameterIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> S3Location.of(URI.create("s3://b?secret=x"), Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("opening a store failed: parameter=secret, known=endpoint, region, addressing, anonymous;"
                        + " use a listed parameter; credentials come from the environment, never from a URI");
    }

    @Test
    void secretsInAUriAreRefusedAndNotRepeated() {
        for (String uri : List.of(
                "s3://user:hidden@bucket/p",
                "s3://hidden@bucket",
                "s3://b?endpoint=http://user:hidden@host",
                "s3://b?endpoint=http%3A%2F%2Fhidden%40host%3A99999999999")) {
            assertThatThrownBy(() -> S3Location.of(URI.create(uri), Map.of()))
                    .as(uri)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageNotContaining("hidden")
                    .hasNoCause();
        }
    }

    @Test
    void whatIsNoLocationIsRefused() {
        for (String uri : List.of(
                "s3:bucket",
                "s3:///p",
                "s3://b:1/p",
                "s3://b//p",
                "s3://b/p//q",
                "s3://b#f",
                "s3://b?region",
                "s3://b?region=",
                "s3://b?region=a&region=b",
                "s3://b?addressing=dns",
                "s3://b?anonymous=yes",
                "s3://b?endpoint=host",
                "s3://b?endpoint=ftp://host")) {
            assertThatThrownBy(() -> S3Location.of(URI.create(uri), Map.of()))
                    .as(uri)
                    .isInstanceOf(ConfigurationException.class);
        }
    }
}
