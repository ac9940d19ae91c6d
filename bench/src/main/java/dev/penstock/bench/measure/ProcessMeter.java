package dev.penstock.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What the whole process has used so far, all threads together.
///
/// @param wallNanos of the monotonic clock
/// @param cpuNanos of all threads, those of the JVM included
/// @param allocatedBytes on the heap, by all threads, ended ones included
public record ProcessMeter(long wallNanos, long cpuNanos, long allocatedBytes) {

    private static final Path STATUS = Path.of("/proc/self/status");

    public static ProcessMeter read() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return new ProcessMeter(System.nanoTime(), system.getProcessCpuTime(), threads.getTotalThreadAllocatedBytes());
    }

    /// What was used between an earlier reading and this one.
    public ProcessMeter since(ProcessMeter earlier) {
        return new ProcessMeter(
                wallNanos - earlier.wallNanos, cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes);
    }

    /// The most memory the process ever had resident.
    public static long peakResidentBytes() {
        return statusBytes("VmHWM:");
    }

    /// Memory that the process has resident now.
    public static long residentBytes() {
        return statusBytes("VmRSS:");
    }

    private static long statusBytes(String key) {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(key))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException unreadable) {
            throw new StoreAccessException(
                    FailureMessage.of("reading the process's memory use")
                            .with("file", STATUS)
                            .with("found", unreadable),
                    unreadable);
        }
    }
}
