package dev.penstock.cli.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/// The machine and the moment of a result, so that numbers are not compared across either by mistake.
///
/// @param date in UTC, to the second
/// @param cpu model name as the kernel gives it; the architecture where it gives none
public record Environment(
        String date, String jdk, String os, String arch, String cpu, int cpus, long memoryBytes, long maxHeapBytes) {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    public static Environment now() {
        Runtime runtime = Runtime.getRuntime();
        return new Environment(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                System.getProperty("java.vendor") + " " + Runtime.version(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("os.arch"),
                cpuModel(),
                runtime.availableProcessors(),
                ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize(),
                runtime.maxMemory());
    }

    private static String cpuModel() {
        String unknown = System.getProperty("os.arch");
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(unknown);
        } catch (IOException otherSystem) {
            return unknown;
        }
    }
}
