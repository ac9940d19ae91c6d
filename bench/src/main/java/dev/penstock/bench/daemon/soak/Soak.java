package dev.penstock.bench.daemon.soak;

import dev.penstock.bench.daemon.process.ServedDaemon;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Clients of one daemon, and the daemon, killed with SIGKILL at random moments and started again.
///
/// The daemon is killed in the first half only, so that the last one lives through many deaths of its clients.
/// Who is killed, and how long after the one before, is a function of the seed; what a victim was doing then is not.
/// Every batch that any client ever read is compared with a loader in this process, by position and content. Before the
/// first kill and after the last, all clients read their run once, are killed together, and the daemon without clients
/// is looked at: what it held before is what it may hold after.
public final class Soak {

    private static final int LEAST_WAIT_MILLIS = 50;
    private static final int MOST_WAIT_MILLIS = 500;

    /// Far longer than a client takes for its run on a busy machine.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final long LOOK_NANOS = 20_000_000;
    private static final int LOOKS = 25;
    private static final double GOAL_RETURN_MILLIS = 1000;

    /// What compiled code and the C library's own pools grow by in minutes.
    private static final double GOAL_RSS_MEGABYTES = 64;

    /// A heap that neither grows nor shrinks, so that what grows is memory outside of it.
    private static final List<String> FLAGS =
            List.of("-XX:+UseParallelGC", "-Xms192m", "-Xmx192m", "-XX:+AlwaysPreTouch");

    private static final List<String> OPTIONS = List.of("--ram", "512M", "--slot-budget", "512M", "--slots", "16M");

    private final SoakPlan plan;
    private final Path socket;
    private final PrintWriter out;
    private final List<SoakClient> clients = new ArrayList<>();
    private final List<Duration> returns = new ArrayList<>();
    private @Nullable ServedDaemon daemon;
    private int daemonKills;

    private Soak(SoakPlan plan, URI dataset, Path directory, PrintWriter out) {
        this.plan = plan;
        this.socket = directory.resolve("s");
        this.out = out;
        for (SoakJob job : SoakJob.all(plan.jobs(), plan.seed())) {
            Path log = directory.resolve("client-" + job.number() + ".log");
            clients.add(new SoakClient(job, socket, dataset, log, job.expected(dataset)));
        }
    }

    /// Runs a soak in a directory that exists; fails when a client got anything but what it should have.
    ///
    /// @param out told of each kill
    public static List<Row> run(SoakPlan plan, URI dataset, Path directory, PrintWriter out)
            throws InterruptedException {
        Soak soak = new Soak(plan, dataset, directory, out);
        try {
            return soak.run();
        } finally {
            soak.end();
        }
    }

    private List<Row> run() throws InterruptedException {
        long beganNanos = System.nanoTime();
        daemon = ServedDaemon.start(socket, FLAGS, OPTIONS);
        Footprint before = footprintAfterARun();
        clients.forEach(SoakClient::start);
        SplittableRandom random = new SplittableRandom(plan.seed());
        for (int kill = 1; kill <= plan.kills(); kill++) {
            int waitMillis = random.nextInt(LEAST_WAIT_MILLIS, MOST_WAIT_MILLIS);
            int victim = random.nextInt(clients.size() + (kill <= plan.kills() / 2 ? 1 : 0));
            Thread.sleep(waitMillis);
            requireNoFailure();
            double atSeconds = (System.nanoTime() - beganNanos) / 1e9;
            out.println(Amounts.format("kill %d at %.2f s: %s", kill, atSeconds, kill(victim)));
            out.flush();
        }
        killAll();
        Footprint after = footprintAfterARun();
        return rows(before, after);
    }

    private String kill(int victim) throws InterruptedException {
        if (victim == clients.size()) {
            requireDaemon().kill();
            daemonKills++;
            daemon = ServedDaemon.start(socket, FLAGS, OPTIONS);
            return "the daemon";
        }
        SoakClient client = clients.get(victim);
        client.kill();
        String described = client.describe();
        client.start();
        return described;
    }

    /// Starts all clients, waits until each has read as much as its whole run, and kills them.
    private Footprint footprintAfterARun() throws InterruptedException {
        long[] goals = clients.stream()
                .mapToLong(client -> client.delivered() + client.steps())
                .toArray();
        clients.forEach(SoakClient::start);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; i < goals.length; i++) {
            while (clients.get(i).delivered() < goals[i]) {
                requireNoFailure();
                if (System.nanoTime() > deadline) {
                    throw failed("a client stands still: " + clients.get(i).describe());
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
        Footprint footprint = killAll();
        requireNoFailure();
        return footprint;
    }

    /// What the daemon holds when everything has come back.
    private Footprint killAll() throws InterruptedException {
        for (SoakClient client : clients) {
            client.kill();
        }
        try (DaemonWatch watch = DaemonWatch.connect(socket)) {
            returns.add(watch.awaitNothingReserved());
            Footprint least = Footprint.of(requireDaemon().pid());
            // A connection's thread ends a moment after it has given everything back.
            for (int look = 0; look < LOOKS; look++) {
                LockSupport.parkNanos(LOOK_NANOS);
                least = least.orLess(Footprint.of(requireDaemon().pid()));
            }
            return least;
        }
    }

    private ServedDaemon requireDaemon() {
        if (daemon == null) {
            throw new IllegalStateException("no daemon was started");
        }
        return daemon;
    }

    private void requireNoFailure() {
        for (SoakClient client : clients) {
            String failure = client.failure();
            if (failure != null) {
                throw failed(failure);
            }
        }
    }

    private CorruptDataException failed(String found) {
        return new CorruptDataException(FailureMessage.of("delivering to killed processes")
                .with("seed", plan.seed())
                .with("found", found));
    }

    private List<Row> rows(Footprint before, Footprint after) {
        long delivered = clients.stream().mapToLong(SoakClient::delivered).sum();
        long worstMillis = returns.stream().mapToLong(Duration::toMillis).max().orElseThrow();
        return List.of(
                Row.of("kills", plan.kills(), "1", Better.HIGHER),
                Row.of("kills_of_the_daemon", daemonKills, "1", Better.HIGHER),
                Row.of("batches_compared", delivered, "1", Better.HIGHER),
                // A wrong one ends the run before this.
                Row.of("batches_wrong", 0, "1", Better.LOWER).withGoal(0),
                Row.of("leases_back_ms", worstMillis, "ms", Better.LOWER).withGoal(GOAL_RETURN_MILLIS),
                growth("descriptors", "1", before, after, Footprint::descriptors)
                        .withGoal(0),
                growth("memory_files", "1", before, after, Footprint::memoryFiles)
                        .withGoal(0),
                growth("threads", "1", before, after, Footprint::threads).withGoal(0),
                growth("resident_mb", "MB", before, after, of -> of.residentBytes() / 1_000_000)
                        .withGoal(GOAL_RSS_MEGABYTES));
    }

    /// How much more the daemon holds than before; the control is what it held then.
    private static Row growth(
            String metric, String unit, Footprint before, Footprint after, ToLongFunction<Footprint> value) {
        return Row.of(metric + "_grown", value.applyAsLong(after) - value.applyAsLong(before), unit, Better.LOWER)
                .withControl(value.applyAsLong(before));
    }

    private void end() throws InterruptedException {
        for (SoakClient client : clients) {
            client.kill();
        }
        if (daemon != null) {
            daemon.close();
        }
    }
}
