package dev.penstock.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// SIGTERM and SIGINT: the first one begins a stop, one that comes a second later or more ends the process at once.
///
/// What comes sooner is the first one again: timeout(1), for one, signals a process and then its group.
///
/// A shutdown hook would do for neither: a JVM in shutdown hears no second signal, and its exit code says that it was
/// killed, which service managers take for a failure.
final class StopSignals {

    /// What shells add to the number of the signal that ended a process.
    private static final int KILLED = 128;

    private static final long SAME_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int NONE = 0;
    private static final int SIGINT = 2;

    private final Runnable stop;
    private final AtomicInteger first = new AtomicInteger(NONE);
    private long firstNanos;

    private StopSignals(Runnable stop) {
        this.stop = stop;
    }

    /// Takes the signals over from the JVM.
    ///
    /// @param stop begins the stop and returns; called once, by a thread of the JVM
    static StopSignals handle(Runnable stop) {
        StopSignals signals = new StopSignals(stop);
        try {
            signals.handle("TERM");
            signals.handle("INT");
        } catch (ReflectiveOperationException otherJvm) {
            throw new IllegalStateException("a JVM without sun.misc.Signal", otherJvm);
        }
        return signals;
    }

    /// By reflection, because the compiler warns of this class by name and the warning cannot be turned off.
    private void handle(String signal) throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object named = type.getConstructor(String.class).newInstance(signal);
        int number = (int) type.getMethod("getNumber").invoke(named);
        MethodHandle arrived = MethodHandles.insertArguments(
                MethodHandles.lookup().bind(this, "arrived", MethodType.methodType(void.class, int.class)), 0, number);
        Object handler =
                MethodHandleProxies.asInterfaceInstance(handlerType, MethodHandles.dropArguments(arrived, 0, type));
        type.getMethod("handle", type, handlerType).invoke(null, named, handler);
    }

    synchronized void arrived(int number) {
        if (first.compareAndSet(NONE, number)) {
            firstNanos = System.nanoTime();
            stop.run();
        } else if (System.nanoTime() - firstNanos >= SAME_NANOS) {
            Runtime.getRuntime().halt(KILLED + number);
        }
    }

    /// What the process ends with: to be told by SIGTERM is what a daemon waits for; where nobody told it to stop, it
    /// failed.
    int exitCode() {
        return switch (first.get()) {
            case NONE -> ExitCode.FAILED;
            case SIGINT -> ExitCode.INTERRUPTED;
            default -> ExitCode.DONE;
        };
    }
}
