package dev.penstock.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is refused before anything listens.
class HttpConfigTest {

    private static final String SECRET = "0123456789abcdef-secret";

    @TempDir
    private Path scratch;

    private Path file(String name, String content, String permissions) throws IOException {
        Path file = Files.writeString(scratch.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::"})
    void otherHostsAreAnsweredWithTlsAndATokenOnly(String host) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), 9465);
        Optional<TlsFiles> tls = Optional.of(new TlsFiles(scratch, scratch));
        Optional<BearerToken> token = Optional.of(BearerToken.read(file("token", SECRET, "rw-------")));

        assertThatThrownBy(() -> new HttpConfig(address, Optional.empty(), token))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls=none, token=set");
        assertThatThrownBy(() -> new HttpConfig(address, tls, Optional.empty()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls=set, token=none", "--token-file", "127.0.0.1");
        assertThat(new HttpConfig(address, tls, token).toString()).doesNotContain(SECRET);
    }

    @Test
    void aTokenIsShownByItsHeaderAlone() throws IOException {
        BearerToken token = BearerToken.read(file("token", SECRET + "\n", "r--r-----"));

        assertThat(token.isShownBy("Bearer " + SECRET)).isTrue();
        assertThat(token.isShownBy("bearer  " + SECRET + " ")).isTrue();
        assertThat(token.isShownBy(null)).isFalse();
        assertThat(token.isShownBy("")).isFalse();
        assertThat(token.isShownBy("Bearer ")).isFalse();
        assertThat(token.isShownBy(SECRET)).isFalse();
        assertThat(token.isShownBy("Basic " + SECRET)).isFalse();
        assertThat(token.isShownBy("Bearer " + SECRET + "x")).isFalse();
        assertThat(token.isShownBy("Bearer " + SECRET.substring(1))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw----r--", "rw-rw----", "rw-----w-"})
    void aTokenThatOthersGetAtIsRefusedWithTheRemedy(String permissions) throws IOException {
        Path file = file("token", SECRET, permissions);

        assertThatThrownBy(() -> BearerToken.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("token-file=" + file)
                .hasMessageContaining(permissions)
                .hasMessageEndingWith("chmod g-w,o= " + file)
                .hasMessageNotContaining(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "two words of some length", "not-ascii-ü-0123456789"})
    void aTokenThatIsNoneIsRefusedWithoutBeingShown(String content) throws IOException {
        Path file = file("token", content, "rw-------");

        assertThatThrownBy(() -> BearerToken.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("openssl rand")
                .satisfies(
                        refused -> assertThat(refused.getMessage()).doesNotContain(content.isEmpty() ? "\n" : content));
    }

    @Test
    void aTokenFileThatIsNotThereIsNamed() {
        Path none = scratch.resolve("none");

        assertThatThrownBy(() -> BearerToken.read(none))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("token-file=" + none);
    }

    @Test
    void aKeyThatOthersReadIsRefused() throws Exception {
        TlsFiles files = TestTls.in(scratch).files();
        Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(files::context)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls-key=" + files.key());
    }

    @Test
    void filesThatAreNoCertificateAndKeyAreNamedAndNotQuoted() throws Exception {
        TlsFiles files = TestTls.in(scratch).files();
        Path nonsense = file("nonsense.pem", SECRET, "rw-------");

        assertThatThrownBy(() -> new TlsFiles(files.certificate(), nonsense).context())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls-key=" + nonsense)
                .hasMessageNotContaining(SECRET);
        assertThatThrownBy(() -> new TlsFiles(nonsense, files.key()).context())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls-cert=" + nonsense);
        assertThatThrownBy(() -> new TlsFiles(scratch.resolve("none"), files.key()).context())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls-cert=" + scratch.resolve("none"));
    }
}
