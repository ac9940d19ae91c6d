package dev.penstock.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SocketPathTest {

    @Test
    void theEnvironmentSaysWhereElseTheRuntimeDirectoryElseTheUsersName() {
        assertThat(SocketPath.of(Map.of("PENSTOCK_SOCKET", "/a/b.sock", "XDG_RUNTIME_DIR", "/run/user/7")))
                .isEqualTo(Path.of("/a/b.sock"));
        assertThat(SocketPath.of(Map.of("PENSTOCK_SOCKET", " ", "XDG_RUNTIME_DIR", "/run/user/7")))
                .isEqualTo(Path.of("/run/user/7/penstock.sock"));
        assertThat(SocketPath.of(Map.of()))
                .isEqualTo(Path.of("/tmp/penstock-" + System.getProperty("user.name") + ".sock"));
    }

    @Test
    void aClientNamesASocketOrLeavesItToTheEnvironment() {
        assertThat(SocketPath.named(Path.of("auto"))).isEqualTo(SocketPath.ofUser());
        assertThat(SocketPath.named(Path.of("./auto"))).isEqualTo(Path.of("./auto"));
    }
}
