package dev.penstock.bench.daemon;

import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Samples per second through the daemon, as a share of those of a loader in the consumer's own process.
///
/// Both decode on as many threads as there are cores, out of as much memory, from data in RAM, for a consumer that does
/// nothing but close batches; so nothing hides what the way through the daemon costs. They take turns, and each takes
/// batches without a clock until what was prepared during the other's turn is used up.
final class Throughput {

    /// More samples than a stream prepares ahead.
    private static final long RESERVE_SAMPLES = 1 << 17;

    private static final int THREADS = Runtime.getRuntime().availableProcessors();
    private static final double GOAL_SHARE = 0.95;

    private final List<Consumption> daemon = new ArrayList<>();
    private final List<Consumption> inProcess = new ArrayList<>();
    private final long samples;

    /// @param samples of a round, for each of the two
    Throughput(long samples) {
        this.samples = samples;
    }

    /// Opens a stream for each, which serves all rounds.
    static void open(Setting setting, ConsumerProcess attached, ConsumerProcess own) {
        attached.open(setting.attached("throughput", THREADS));
        own.open(setting.inProcess(THREADS));
    }

    void round(ConsumerProcess attached, ConsumerProcess own) {
        daemon.add(attached.take(RESERVE_SAMPLES, samples));
        inProcess.add(own.take(RESERVE_SAMPLES, samples));
    }

    void forget() {
        daemon.clear();
        inProcess.clear();
    }

    List<Row> rows() {
        return List.of(
                share().row("throughput_share", "1", Better.HIGHER).withGoal(GOAL_SHARE),
                row("samples_per_s", "samples/s", Better.HIGHER, Consumption::samplesPerSec),
                row("gb_per_s", "GB/s", Better.HIGHER, Consumption::gigabytesPerSec),
                // The in-process loader decodes in it; the client of a daemon only waits.
                row("consumer_cpu_us_per_batch", "µs", Better.LOWER, Consumption::cpuMicrosPerBatch));
    }

    /// Of each round.
    Measurements share() {
        double[] shares = new double[daemon.size()];
        for (int round = 0; round < shares.length; round++) {
            shares[round] =
                    daemon.get(round).samplesPerSec() / inProcess.get(round).samplesPerSec();
        }
        return Measurements.of(shares);
    }

    private Row row(String metric, String unit, Better better, ToDoubleFunction<Consumption> value) {
        return over(daemon, value)
                .row(metric, unit, better)
                .withControl(over(inProcess, value).median());
    }

    private static Measurements over(List<Consumption> rounds, ToDoubleFunction<Consumption> value) {
        return Measurements.of(rounds.stream().mapToDouble(value).toArray());
    }
}
