package dev.penstock.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a JDK brings along that can be learned from: its sources, or where they are missing its classes.
///
/// @param path a zip or a directory
/// @param suffix of the files that are wanted
/// @param identity changes when the content does
public record JdkSources(Path path, String suffix, String identity) {

    /// Finds the sources below a JDK's home, else the class files of the runtime itself.
    public static JdkSources find(Path javaHome) {
        Path zip = javaHome.resolve("lib/src.zip");
        try {
            if (Files.isReadable(zip)) {
                return new JdkSources(zip, ".java", zip + " " + Files.size(zip) + " " + Files.getLastModifiedTime(zip));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return new JdkSources(
                FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules"),
                ".class",
                "jrt " + Runtime.version());
    }
}
