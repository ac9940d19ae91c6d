package dev.penstock.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LocationsTest {

    private final String here = Path.of("").toUri().toString();

    @Test
    void aPathIsTakenAsItIs() {
        assertThat(Locations.uri("data/a?b#c 100%")).hasToString(here + "data/a%3Fb%23c%20100%25");
        assertThat(Locations.uri("/data")).hasToString("file:///data");
    }

    @Test
    void aRelativeFileUriBecomesAbsoluteAndKeepsItsQuery() {
        assertThat(Locations.uri("file:data/a%20b")).hasToString(here + "data/a%20b");
        assertThat(Locations.uri("file:data?io=direct")).hasToString(here + "data?io=direct");
        assertThat(Locations.uri("file:a%3Fb?io=auto")).hasToString(here + "a%3Fb?io=auto");
    }

    @Test
    void anyOtherUriIsTakenAsItIs() {
        assertThat(Locations.uri("file:/data?io=direct")).hasToString("file:/data?io=direct");
        assertThat(Locations.uri("mem://a/b")).hasToString("mem://a/b");
    }

    @Test
    void whatIsNoUriIsRefused() {
        assertThatThrownBy(() -> Locations.uri("file:/a b"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageEndingWith("percent-encode what a URI may not hold, or write a plain path");
    }

    @Test
    void tokensAndPasswordsAreNotShown() {
        assertThat(Locations.shown(Locations.uri("https://host/path/?token=s3cr3t")))
                .isEqualTo("https://host/path/?…");
        assertThat(Locations.shown(Locations.uri("s3://id:s3cr3t@bucket/a?region=x")))
                .isEqualTo("s3://…@bucket/a?region=x");
        assertThatThrownBy(() -> Locations.uri("https://host/a b?token=s3cr3t"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("https://host/a b?…")
                .hasNoCause();
    }

    @Test
    void aMessageKeepsItsWordsAndLosesItsTokens() {
        assertThat(Locations.withoutSecrets("Unmatched argument at index 2: 'https://h/p?token=s3cr3t', why?"))
                .isEqualTo("Unmatched argument at index 2: 'https://h/p?…', why?");
        assertThat(Locations.withoutSecrets("no location here?")).isEqualTo("no location here?");
    }

    @Test
    void aPasswordIsMaskedHoweverManySlashesAreLeftBeforeIt() {
        assertThat(Locations.withoutSecrets("source=https:/user:s3cr3t@host/x?token=s3cr3t, key=a"))
                .isEqualTo("source=https:/…@host/x?…, key=a");
        assertThat(Locations.withoutSecrets("no file:///home/user:s3cr3t@host/x"))
                .isEqualTo("no file:///home/…@host/x");
        assertThat(Locations.withoutSecrets("uri=s3://bucket/a@b/c, path=/data/a@b"))
                .isEqualTo("uri=s3://bucket/a@b/c, path=/data/a@b");
    }

    @Test
    void aQueryIsMaskedToItsEnd() {
        assertThat(Locations.withoutSecrets("'https://h/p?a=1,b='2'&token=s3cr3t'; https://h/p%3Ftoken=s3cr3t, why?"))
                .isEqualTo("'https://h/p?…'; https://h/p?…, why?");
    }

    @Test
    void aPathIsOfThisHost() {
        assertThat(Locations.path("file:data")).isEqualTo(Path.of("data").toAbsolutePath());
        assertThat(Locations.path("run:1.json")).isEqualTo(Path.of("run:1.json"));
        assertThatThrownBy(() -> Locations.path("https://user:s3cr3t@h/x"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("path option failed: value=https://…@h/x; name a file or directory of this host, as a path"
                        + " or as file:PATH");
    }
}
