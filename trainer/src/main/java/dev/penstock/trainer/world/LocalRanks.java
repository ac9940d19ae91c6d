package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RankLostException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The ranks of a run on this host: child processes that start together and fail as one.
///
/// Each child gets the environment of [World]. Output is passed on line by line: that of rank 0 as it is, that of the
/// others, and every line of standard error, with the rank in front; Gloo's announcements are left out. When one
/// child fails, or this process is interrupted or told to end, the others are ended; when this process is killed,
/// children that use [ParentWatch] end themselves.
public final class LocalRanks {

    /// How long a child may take to end by itself once it is told to.
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final List<String> command;
    private final Map<String, String> environment;
    private final int count;
    private final PrintStream out;
    private final PrintStream err;

    /// @param command that starts one rank; the same for all
    /// @param environment added to this process's own; may override what is set here
    public LocalRanks(
            List<String> command, Map<String, String> environment, int count, PrintStream out, PrintStream err) {
        if (count < 1) {
            throw new ConfigurationException(
                    FailureMessage.of("local ranks").with("ranks", count).remedy("use at least 1"));
        }
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.count = count;
        this.out = out;
        this.err = err;
    }

    /// Starts the ranks and returns once all have ended well.
    ///
    /// @throws RankLostException naming the first rank that failed, its exit code and its last words;
    ///     the others have ended when it is thrown
    public void run() throws InterruptedException {
        int port = freePort();
        List<RankProcess> ranks = new CopyOnWriteArrayList<>();
        BlockingQueue<RankProcess> ended = new LinkedBlockingQueue<>();
        Thread endAll = new Thread(() -> end(ranks), "end-local-ranks");
        Runtime.getRuntime().addShutdownHook(endAll);
        try {
            for (int rank = 0; rank < count; rank++) {
                RankProcess process = start(rank, port);
                ranks.add(process);
                process.whenEnded(() -> ended.add(process));
            }
            for (int i = 0; i < count; i++) {
                RankProcess process = ended.take();
                if (process.exitCode() != 0) {
                    end(ranks);
                    throw failed(process);
                }
            }
            ranks.forEach(RankProcess::awaitOutput);
        } finally {
            end(ranks);
            removeHook(endAll);
        }
    }

    private RankProcess start(int rank, int port) {
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> variables = builder.environment();
        variables.put(World.RANK, Integer.toString(rank));
        variables.put(World.WORLD_SIZE, Integer.toString(count));
        variables.put(World.LOCAL_RANK, Integer.toString(rank));
        variables.put(World.MASTER_ADDR, InetAddress.getLoopbackAddress().getHostAddress());
        variables.put(World.MASTER_PORT, Integer.toString(port));
        variables.put(ParentWatch.VARIABLE, "stdin");
        // Ranks share the cores: OpenMP must neither start a thread per core nor spin while it waits.
        variables.put("OMP_NUM_THREADS", "1");
        variables.put("OMP_WAIT_POLICY", "PASSIVE");
        // A lost rank is reported once, by the exception; c10d's warnings would bury it under native stack traces.
        variables.put("TORCH_CPP_LOG_LEVEL", "ERROR");
        variables.putAll(environment);
        try {
            return new RankProcess(rank, builder.start(), out, err);
        } catch (IOException e) {
            throw new ConfigurationException(
                    FailureMessage.of("local rank start")
                            .with("rank", rank)
                            .with("command", command.getFirst())
                            .with("found", e.getMessage()),
                    e);
        }
    }

    private static RankLostException failed(RankProcess process) {
        process.awaitOutput();
        return new RankLostException(
                FailureMessage.of("local rank")
                        .with("rank", process.rank())
                        .with("exitCode", process.exitCode())
                        .with("lastError", process.lastError())
                        .remedy("all other ranks were stopped"),
                process.exitCode());
    }

    private static void end(List<RankProcess> ranks) {
        ranks.forEach(RankProcess::askToEnd);
        long deadline = System.nanoTime() + GRACE.toNanos();
        for (RankProcess rank : ranks) {
            rank.end(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            // The hook is running or has run: the ranks are being ended.
            return;
        }
    }

    /// A port that was free a moment ago. Another process may still take it first; rank 0 then says so.
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
