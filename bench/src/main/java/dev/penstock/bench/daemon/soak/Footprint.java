package dev.penstock.bench.daemon.soak;

import dev.penstock.bench.daemon.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What a daemon's process holds of its host at one moment, as `/proc` says.
///
/// @param threads of Penstock; the JVM's own come and go
record Footprint(long residentBytes, long descriptors, long memoryFiles, long threads) {

    static Footprint of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            List<String> status = Files.readAllLines(process.resolve("status"));
            List<String> open = openFiles(process.resolve("fd"));
            return new Footprint(
                    1024 * number(status, "VmRSS:"),
                    open.size(),
                    open.stream().filter(file -> file.startsWith("/memfd:")).count(),
                    penstockThreads(process.resolve("task")));
        } catch (IOException gone) {
            throw JavaProcess.broken("looking at the daemon's process", gone);
        }
    }

    private static List<String> openFiles(Path directory) throws IOException {
        try (Stream<Path> descriptors = Files.list(directory)) {
            return descriptors.map(Footprint::target).toList();
        }
    }

    private static long penstockThreads(Path tasks) throws IOException {
        try (Stream<Path> threads = Files.list(tasks)) {
            return threads.filter(thread -> name(thread).startsWith("penstock-"))
                    .count();
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException endedMeanwhile) {
            return "";
        }
    }

    /// Each amount as it was when it was less.
    Footprint orLess(Footprint other) {
        return new Footprint(
                Math.min(residentBytes, other.residentBytes),
                Math.min(descriptors, other.descriptors),
                Math.min(memoryFiles, other.memoryFiles),
                Math.min(threads, other.threads));
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    private static long number(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
