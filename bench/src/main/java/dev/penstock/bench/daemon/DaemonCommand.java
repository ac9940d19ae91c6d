package dev.penstock.bench.daemon;

import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.DatasetOptions;
import dev.penstock.bench.daemon.process.ServedDaemon;
import dev.penstock.bench.daemon.soak.Soak;
import dev.penstock.bench.daemon.soak.SoakPlan;
import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Result;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The claim: a client of the daemon has a batch within 30 µs of its being ready (p50; p99 200 µs), gets 95 % of the
/// samples per second of a loader in its own process, and has its first batch 100 ms after attaching.
///
/// With `--soak`, no time is measured: see [Soak].
///
/// Fixture: the JDK's sources as WebDataset shards, all in RAM; `penstock serve` in one process, its client in another,
/// and a loader of its own in a third as the control. Before timing, an epoch is delivered through the daemon and
/// checked sample by sample. Rounds alternate between the two.
@Command(name = "daemon", description = "What the way through the daemon costs, against a loader in the trainer.")
public final class DaemonCommand implements Callable<Integer> {

    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Mixin
    private final DatasetOptions data = new DatasetOptions();

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a global batch. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Option(
            names = "--batches",
            paramLabel = "N",
            description = "Batches of a round of hand-off. Default: ${DEFAULT-VALUE}.")
    private int batches = 20_000;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Samples of a turn of throughput. Default: ${DEFAULT-VALUE}.")
    private long samples = 200_000;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--soak", description = "Kill clients and the daemon at random instead, and compare every batch.")
    private boolean soak;

    @Option(names = "--kills", paramLabel = "N", description = "Kills of a soak. Default: ${DEFAULT-VALUE}.")
    private int kills = 200;

    @Option(names = "--jobs", paramLabel = "N", description = "Clients of a soak. Default: ${DEFAULT-VALUE}.")
    private int jobs = 8;

    @Override
    public Integer call() throws IOException, InterruptedException {
        bench.common().requireWritableResult();
        try (Scratch scratch = Scratch.create()) {
            return soak ? soak(scratch.directory()) : measure(scratch.directory());
        }
    }

    private int soak(Path directory) throws InterruptedException {
        SoakPlan plan = new SoakPlan(kills, jobs, seed);
        URI location;
        try (BenchDataset dataset = data.open()) {
            location = dataset.location();
        }
        Result result = new Result("daemon")
                .param("soak", true)
                .param("kills", kills)
                .param("jobs", jobs)
                .param("rounds", 1)
                .param("seed", seed)
                .rows(Soak.run(plan, location, directory, bench.common().out()));
        return bench.conclude(
                result, Amounts.format("daemon: %d jobs, %d kills, every batch as expected", jobs, kills));
    }

    private Setting setting(Path socket) {
        try (BenchDataset dataset = data.open()) {
            return new Setting(socket, dataset.location(), batch, seed, dataset.residentBytes());
        }
    }

    private int measure(Path directory) throws InterruptedException {
        Setting setting = setting(directory.resolve("s"));
        HandOff handOff = new HandOff(setting, batches);
        Throughput throughput = new Throughput(samples);
        Result result = new Result("daemon")
                .param("batch", batch)
                .param("batches", batches)
                .param("samples", samples)
                .param("rounds", bench.rounds())
                .param("seed", seed);
        try (ServedDaemon daemon = setting.startDaemon();
                ConsumerProcess attached = ConsumerProcess.start();
                ConsumerProcess own = ConsumerProcess.start()) {
            attached.check(setting.attachedForAnEpoch("check", THREADS), setting.uri());
            handOff.round(attached, own);
            handOff.forget();
            for (int round = 0; round < bench.rounds(); round++) {
                handOff.round(attached, own);
            }
            Throughput.open(setting, attached, own);
            throughput.round(daemon, attached, own);
            throughput.forget();
            for (int round = 0; round < bench.rounds(); round++) {
                throughput.round(daemon, attached, own);
            }
            result.rows(handOff.rows()).rows(throughput.rows()).row(AttachTime.row(setting, attached));
        }
        PythonRun python = PythonRun.of(setting.uri(), batch, bench.rounds(), directory);
        result.rows(python.rows());
        return bench.conclude(
                result,
                Amounts.format(
                        "daemon: hand-off p50 %.1f µs, p99 %.0f µs; %s of the in-process loader's samples/s",
                        handOff.medianMicros(Pace.WAITING, 50),
                        handOff.medianMicros(Pace.WAITING, 99),
                        Amounts.share(throughput.share().median())),
                python.notRun() == null ? List.of() : List.of("the Python client's goals: " + python.notRun()));
    }
}
