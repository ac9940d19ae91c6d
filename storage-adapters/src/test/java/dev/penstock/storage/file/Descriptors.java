package dev.penstock.storage.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The descriptors that this process has open, as the kernel tells them.
final class Descriptors {

    private static final Path OPEN = Path.of("/proc/self/fd");
    private static final int O_DIRECT = System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;

    private Descriptors() {}

    /// The access of every open descriptor of a file below `directory`.
    static List<Access> below(Path directory) throws IOException {
        List<Access> found = new ArrayList<>();
        List<Path> links;
        try (Stream<Path> entries = Files.list(OPEN)) {
            links = entries.toList();
        }
        for (Path link : links) {
            if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).startsWith(directory)) {
                found.add(access(link.getFileName().toString()));
            }
        }
        return found;
    }

    private static Access access(String descriptor) throws IOException {
        String flags = Files.readAllLines(Path.of("/proc/self/fdinfo", descriptor)).stream()
                .filter(line -> line.startsWith("flags:"))
                .findFirst()
                .orElseThrow();
        boolean direct = (Integer.parseInt(flags.substring("flags:".length()).strip(), 8) & O_DIRECT) != 0;
        return direct ? Access.DIRECT : Access.BUFFERED;
    }
}
