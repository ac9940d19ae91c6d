package dev.penstock.daemon.service;

import dev.penstock.daemon.socket.LocalDatagram;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Tells the service manager that this process is ready, is alive, and stops (sd_notify(3), sd_watchdog_enabled(3)).
///
/// Best effort: what cannot be sent is logged, once until something is heard again, and the service manager's own time
/// limits decide. Ownership: the opener closes, which ends the signs of life. Threading: any thread.
public final class ServiceNotifier implements AutoCloseable {

    private static final String SOCKET = "NOTIFY_SOCKET";
    private static final String WATCHDOG_MICROS = "WATCHDOG_USEC";
    private static final String WATCHDOG_PROCESS = "WATCHDOG_PID";

    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotifier.class);

    private final @Nullable String socket;
    private final Duration watchdog;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean unheard = new AtomicBoolean();

    private ServiceNotifier(@Nullable String socket, Duration watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /// As the environment of a service says; says nothing to anybody where there is no service manager.
    public static ServiceNotifier from(Map<String, String> environment) {
        String socket = environment.get(SOCKET);
        return socket == null || socket.isBlank()
                ? new ServiceNotifier(null, Duration.ZERO)
                : new ServiceNotifier(socket, watchdog(environment));
    }

    /// How long the service manager waits for a sign of life; zero is for ever.
    private static Duration watchdog(Map<String, String> environment) {
        String process = environment.get(WATCHDOG_PROCESS);
        String ownProcess = Long.toString(ProcessHandle.current().pid());
        if (process != null && !process.equals(ownProcess)) {
            return Duration.ZERO;
        }
        String micros = environment.getOrDefault(WATCHDOG_MICROS, "0");
        try {
            return Duration.of(Math.max(0, Long.parseLong(micros)), ChronoUnit.MICROS);
        } catch (NumberFormatException unusable) {
            LOG.warn("no sign of life is sent: {}={}", WATCHDOG_MICROS, micros);
            return Duration.ZERO;
        }
    }

    /// Says that clients may come, and from then on, at half the time the service manager waits, that this is so while
    /// `healthy` says it is.
    public void ready(String status, BooleanSupplier healthy) {
        send("READY=1\nSTATUS=" + status);
        if (!watchdog.isZero()) {
            Thread.ofPlatform().daemon().name("penstock-watchdog").start(() -> live(healthy));
        }
    }

    private void live(BooleanSupplier healthy) {
        try {
            do {
                if (healthy.getAsBoolean()) {
                    send("WATCHDOG=1");
                }
            } while (!closed.await(watchdog.toNanos() / 2, TimeUnit.NANOSECONDS));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /// Says that the process ends.
    public void stopping() {
        send("STOPPING=1\nSTATUS=stopping");
    }

    private void send(String text) {
        if (socket == null) {
            return;
        }
        try {
            LocalDatagram.send(socket, text);
            unheard.set(false);
        } catch (IOException notHeard) {
            LOG.atLevel(unheard.getAndSet(true) ? Level.DEBUG : Level.WARN)
                    .log(
                            "the service manager did not hear {}: {}={}, found={}",
                            text,
                            SOCKET,
                            socket,
                            notHeard.getMessage());
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
