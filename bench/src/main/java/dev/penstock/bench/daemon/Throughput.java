package dev.penstock.bench.daemon;

import dev.penstock.bench.daemon.process.ServedDaemon;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// Samples per second through the daemon, as a share of those of a loader in the consumer's own process.
///
/// Both decode on as many threads as there are cores, out of as much memory, from data in RAM, for a consumer that does
/// nothing but close batches; so nothing hides what the way through the daemon costs. They take turns, and each takes
/// batches without a clock until what was prepared during the other's turn is used up.
///
/// A turn is short, so that what else the machine does meets both of a pair alike; who begins changes from pair to
/// pair. A round's share is the median of its pairs' shares. Where the cores are all in use, the share can not exceed
/// the inverse of the CPU time per batch of all processes, which other work on the machine hardly changes.
final class Throughput {

    /// Several times what a stream prepares ahead.
    private static final long RESERVE_SAMPLES = 1 << 15;

    private static final int PAIRS = 6;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();
    private static final double GOAL_SHARE = 0.95;

    private final List<Round> rounds = new ArrayList<>();
    private final long samples;

    /// @param samples of a turn, for each of the two
    Throughput(long samples) {
        this.samples = samples;
    }

    /// What one of the two took in its turn.
    ///
    /// @param cpuMicrosPerBatch of all its processes, the part without a clock included
    private record Turn(Consumption consumption, double cpuMicrosPerBatch) {

        double samplesPerSec() {
            return consumption.samplesPerSec();
        }
    }

    private record Pair(Turn daemon, Turn inProcess) {

        double share() {
            return daemon.samplesPerSec() / inProcess.samplesPerSec();
        }

        double cpuRatio() {
            return daemon.cpuMicrosPerBatch / inProcess.cpuMicrosPerBatch;
        }
    }

    private record Round(List<Pair> pairs) {

        double median(ToDoubleFunction<Pair> value) {
            return Measurements.of(pairs.stream().mapToDouble(value).toArray()).median();
        }
    }

    /// Opens a stream for each, which serves all rounds.
    static void open(Setting setting, ConsumerProcess attached, ConsumerProcess own) {
        attached.open(setting.attached("throughput", THREADS));
        own.open(setting.inProcess(THREADS));
    }

    void round(ServedDaemon daemon, ConsumerProcess attached, ConsumerProcess own) {
        Supplier<Turn> through = () -> turn(attached, () -> daemon.cpuTime().plus(attached.cpuTime()));
        Supplier<Turn> beside = () -> turn(own, own::cpuTime);
        List<Pair> pairs = new ArrayList<>();
        for (int pair = 0; pair < PAIRS; pair++) {
            if (pair % 2 == 0) {
                Turn first = through.get();
                pairs.add(new Pair(first, beside.get()));
            } else {
                Turn first = beside.get();
                pairs.add(new Pair(through.get(), first));
            }
        }
        rounds.add(new Round(pairs));
    }

    private Turn turn(ConsumerProcess consumer, Supplier<Duration> cpuTime) {
        Duration before = cpuTime.get();
        Consumption taken = consumer.take(RESERVE_SAMPLES, samples);
        double micros = cpuTime.get().minus(before).toNanos() / 1e3;
        double allBatches = (double) taken.batches() * (RESERVE_SAMPLES + taken.samples()) / taken.samples();
        return new Turn(taken, micros / allBatches);
    }

    void forget() {
        rounds.clear();
    }

    List<Row> rows() {
        return List.of(
                share().row("throughput_share", "1", Better.HIGHER).withGoal(GOAL_SHARE),
                over(Pair::cpuRatio).row("cpu_ratio", "1", Better.LOWER),
                row("samples_per_s", "samples/s", Better.HIGHER, Turn::samplesPerSec),
                row("gb_per_s", "GB/s", Better.HIGHER, turn -> turn.consumption.gigabytesPerSec()),
                row("cpu_us_per_batch", "µs", Better.LOWER, Turn::cpuMicrosPerBatch),
                // The in-process loader decodes in it; the client of a daemon only waits.
                row("consumer_cpu_us_per_batch", "µs", Better.LOWER, turn -> turn.consumption.cpuMicrosPerBatch()));
    }

    /// Of each round.
    Measurements share() {
        return over(Pair::share);
    }

    private Row row(String metric, String unit, Better better, ToDoubleFunction<Turn> value) {
        return over(pair -> value.applyAsDouble(pair.daemon))
                .row(metric, unit, better)
                .withControl(over(pair -> value.applyAsDouble(pair.inProcess)).median());
    }

    private Measurements over(ToDoubleFunction<Pair> value) {
        return Measurements.of(
                rounds.stream().mapToDouble(round -> round.median(value)).toArray());
    }
}
