package dev.penstock.cli.option;

import java.nio.file.Path;
import java.util.Map;

/// Where the daemon of a user listens, unless it is told otherwise; its clients look for it there.
public final class SocketPath {

    /// The Python client reads the same variable.
    static final String VARIABLE = "PENSTOCK_SOCKET";

    /// What a client says instead of a path.
    private static final Path AUTO = Path.of("auto");

    private SocketPath() {}

    /// What [#VARIABLE] says; else in the user's runtime directory, which no other user can enter; else in `/tmp`, with
    /// the user's name.
    public static Path ofUser() {
        return of(System.getenv());
    }

    static Path of(Map<String, String> environment) {
        String stated = environment.getOrDefault(VARIABLE, "");
        if (!stated.isBlank()) {
            return Locations.path(stated);
        }
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        return runtime.isBlank()
                ? Path.of("/tmp", "penstock-" + System.getProperty("user.name") + ".sock")
                : Path.of(runtime, "penstock.sock");
    }

    /// The socket that a client named, where `auto` is that of its user.
    static Path named(Path stated) {
        return stated.equals(AUTO) ? ofUser() : stated;
    }
}
