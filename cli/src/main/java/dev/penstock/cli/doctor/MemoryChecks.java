package dev.penstock.cli.doctor;

import dev.penstock.cli.report.Amounts;
import dev.penstock.memory.PageLockOutcome;
import dev.penstock.memory.PageLockedMemory;
import dev.penstock.memory.PageLocking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Looks at memory: how much there is, and what the kernel grants of it.
final class MemoryChecks {

    private static final Path MEMORY_INFO = Path.of("/proc/meminfo");
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

    /// Two ranks of the demo with their default budgets.
    private static final long COMFORTABLE_BYTES = 3L << 30;

    /// A JVM with libtorch and a model, and nothing else.
    private static final long LEAST_BYTES = 1L << 30;

    /// The default size of the slots.
    private static final long SLOT_BYTES = 64L << 20;

    private MemoryChecks() {}

    static Finding available() {
        Optional<Long> bytes = availableBytes();
        if (bytes.isEmpty()) {
            return Finding.warn("memory", "unknown", MEMORY_INFO + " cannot be read");
        }
        String found = Amounts.bytes(bytes.get()) + " available";
        if (bytes.get() < LEAST_BYTES) {
            return Finding.fail("memory", found, "training needs " + Amounts.bytes(LEAST_BYTES) + " at least");
        }
        return bytes.get() < COMFORTABLE_BYTES
                ? Finding.warn("memory", found, "keep --ram and --ranks small")
                : Finding.ok("memory", found, "enough for the default budgets");
    }

    private static Optional<Long> availableBytes() {
        try (Stream<String> lines = Files.lines(MEMORY_INFO)) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D+", "")) << 10)
                    .findFirst();
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }

    static Finding locking() {
        try (PageLockedMemory probe = PageLockedMemory.allocate(SLOT_BYTES, PageLocking.BEST_EFFORT)) {
            PageLockOutcome outcome = probe.outcome();
            String size = Amounts.bytes(outcome.bytes());
            return outcome.lockRefusal() == null
                    ? Finding.ok("page locking", size + " granted", "slots of the default size stay in memory")
                    : Finding.warn(
                            "page locking",
                            size + " refused: " + outcome.lockRefusal(),
                            "slots may be swapped out; raise `ulimit -l` or memlock in /etc/security/limits.conf");
        }
    }

    static Finding hugePages() {
        try {
            String modes = Files.readString(HUGE_PAGES).strip();
            return modes.contains("[never]")
                    ? Finding.warn("huge pages", modes, "copies pay for more page faults; set it to madvise")
                    : Finding.ok("huge pages", modes, "large buffers may use them");
        } catch (IOException absent) {
            return Finding.warn("huge pages", "unknown", HUGE_PAGES + " cannot be read");
        }
    }
}
