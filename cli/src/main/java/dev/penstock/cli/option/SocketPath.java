package dev.penstock.cli.option;

import java.nio.file.Path;

/// Where the daemon of a user listens, unless it is told otherwise.
public final class SocketPath {

    private SocketPath() {}

    /// In the user's runtime directory, which no other user can enter; else in `/tmp`, with the user's name.
    public static Path ofUser() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return runtime == null || runtime.isBlank()
                ? Path.of("/tmp", "penstock-" + System.getProperty("user.name") + ".sock")
                : Path.of(runtime, "penstock.sock");
    }
}
