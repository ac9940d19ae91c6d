package dev.penstock.daemon.http;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file with a secret in it, which must be closed to other users. What is in it appears in no message.
///
/// Its group may read it: service managers hand credentials over that way.
final class SecretFile {

    private static final Set<PosixFilePermission> OF_OTHERS = Set.copyOf(EnumSet.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE));

    private SecretFile() {}

    /// Fails with a [ConfigurationException] when the file cannot be read, or others can read or replace its content.
    static void requirePrivate(String option, Path file) {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(file);
        } catch (IOException unreadable) {
            throw unreadable(option, file, unreadable);
        }
        if (permissions.stream().anyMatch(OF_OTHERS::contains)) {
            throw refused(
                    option,
                    file,
                    "permissions " + PosixFilePermissions.toString(permissions),
                    "other users must not get at it: chmod g-w,o= " + file,
                    null);
        }
    }

    static ConfigurationException unreadable(String option, Path file, Exception cause) {
        return refused(option, file, String.valueOf(cause), "name a file that this user can read", cause);
    }

    static ConfigurationException refused(
            String option, Path file, String found, String remedy, @Nullable Exception cause) {
        return new ConfigurationException(
                FailureMessage.of("reading a secret")
                        .with(option, file)
                        .with("found", found)
                        .remedy(remedy),
                cause);
    }
}
