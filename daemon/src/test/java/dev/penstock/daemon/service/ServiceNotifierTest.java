package dev.penstock.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.process.NotifySocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A service manager over a real socket.
@Timeout(60)
class ServiceNotifierTest {

    private static final String SHORT_MICROS = "2000";

    @TempDir
    private Path scratch;

    private static String ownProcess() {
        return Long.toString(ProcessHandle.current().pid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "abstract"})
    void theServiceManagerHearsThatItIsReadyAndThatItStops(String kind) {
        String address = kind.equals("path") ? scratch.resolve("notify").toString() : "@penstock-test-" + ownProcess();
        try (NotifySocket manager = NotifySocket.bind(address);
                ServiceNotifier notifier = ServiceNotifier.from(Map.of("NOTIFY_SOCKET", address))) {
            notifier.ready("serving on x", () -> true);
            assertThat(manager.next()).isEqualTo("READY=1\nSTATUS=serving on x");
            notifier.stopping();
            assertThat(manager.next()).isEqualTo("STOPPING=1\nSTATUS=stopping");
        }
    }

    @Test
    void signsOfLifeComeWhileItIsHealthyAndStopWhenItIsNot() {
        try (NotifySocket manager = NotifySocket.bind(scratch.resolve("notify").toString())) {
            Map<String, String> environment = Map.of(
                    "NOTIFY_SOCKET", manager.address(), "WATCHDOG_USEC", SHORT_MICROS, "WATCHDOG_PID", ownProcess());
            AtomicBoolean healthy = new AtomicBoolean(true);
            AtomicInteger askedInVain = new AtomicInteger();
            try (ServiceNotifier notifier = ServiceNotifier.from(environment)) {
                notifier.ready("serving", () -> healthy.get() || askedInVain.incrementAndGet() < 0);
                assertThat(manager.next()).startsWith("READY=1");
                assertThat(manager.next()).isEqualTo("WATCHDOG=1");
                assertThat(manager.next()).isEqualTo("WATCHDOG=1");
                healthy.set(false);
                awaitMoreThan(askedInVain, 0);
                while (manager.hasMessage()) {
                    Thread.onSpinWait();
                }
                awaitMoreThan(askedInVain, askedInVain.get() + 3);
                assertThat(manager.hasMessage()).isFalse();
            }
        }
    }

    private static void awaitMoreThan(AtomicInteger counted, int least) {
        while (counted.get() <= least) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"WATCHDOG_PID=1", "WATCHDOG_USEC=soon", "WATCHDOG_USEC=0"})
    void signsOfLifeThatNobodyAsksThisProcessForAreNotSent(String variable) {
        String[] pair = variable.split("=", -1);
        try (NotifySocket manager = NotifySocket.bind(scratch.resolve("notify").toString())) {
            Map<String, String> environment = pair[0].equals("WATCHDOG_PID")
                    ? Map.of("NOTIFY_SOCKET", manager.address(), "WATCHDOG_USEC", SHORT_MICROS, pair[0], pair[1])
                    : Map.of("NOTIFY_SOCKET", manager.address(), pair[0], pair[1]);
            try (ServiceNotifier notifier = ServiceNotifier.from(environment)) {
                notifier.ready("serving", () -> {
                    throw new AssertionError("asked for a sign of life");
                });
                notifier.stopping();
                assertThat(manager.next()).startsWith("READY=1");
                assertThat(manager.next()).startsWith("STOPPING=1");
            }
        }
    }

    @Test
    void aServiceManagerThatIsGoneHarmsNothing() {
        try (ServiceNotifier notifier = ServiceNotifier.from(
                Map.of("NOTIFY_SOCKET", scratch.resolve("gone").toString()))) {
            notifier.ready("serving", () -> true);
            notifier.stopping();
        }
    }
}
