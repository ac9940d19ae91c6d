package dev.penstock.daemon.socket;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who is at the other end of a socket, as the kernel knows it since the connection was made.
public record PeerCredentials(int processId, int userId, int groupId) {

    private static final int ROOT = 0;

    /// The user this process runs as.
    public static int ownUserId() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException unknown) {
            throw new ConfigurationException(
                    FailureMessage.of("asking for the user")
                            .with("found", unknown)
                            .remedy("mount /proc"),
                    unknown);
        }
    }

    /// Whether this is somebody whom a process of a user trusts: the same user, or root.
    public boolean isUserOrRoot(int trusting) {
        return userId == trusting || userId == ROOT;
    }
}
