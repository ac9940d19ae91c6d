package dev.penstock.bench.daemon;

import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.DatasetOptions;
import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The claim: a client of the daemon has a batch within 30 µs of its being ready (p50; p99 200 µs), gets 95 % of the
/// samples per second of a loader in its own process, and has its first batch 100 ms after attaching.
///
/// Fixture: the JDK's sources as WebDataset shards, all in RAM; `penstock serve` in one process, its client in another,
/// and a loader of its own in a third as the control. Before timing, an epoch is delivered through the daemon and
/// checked sample by sample. Rounds alternate between the two.
@Command(name = "daemon", description = "What the way through the daemon costs, against a loader in the trainer.")
public final class DaemonCommand implements Callable<Integer> {

    private static final double WARM_UP_SHARE = 0.25;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Mixin
    private final DatasetOptions data = new DatasetOptions();

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a global batch. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Samples of a round of throughput. Default: ${DEFAULT-VALUE}.")
    private long samples = 1_000_000;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Override
    public Integer call() throws IOException {
        bench.common().requireWritableResult();
        Path directory = Files.createTempDirectory("penstock-bench-");
        try {
            return measure(setting(directory.resolve("s")));
        } finally {
            Files.deleteIfExists(directory.resolve("s.lock"));
            Files.deleteIfExists(directory);
        }
    }

    private Setting setting(Path socket) {
        try (BenchDataset dataset = data.open()) {
            return new Setting(socket, dataset.location(), batch, seed, dataset.residentBytes());
        }
    }

    private int measure(Setting setting) {
        HandOff handOff = new HandOff(setting);
        Throughput throughput = new Throughput(samples);
        Result result = new Result("daemon")
                .param("batch", batch)
                .param("samples", samples)
                .param("rounds", bench.rounds())
                .param("seed", seed);
        try (ServedDaemon _ = setting.startDaemon();
                ConsumerProcess attached = ConsumerProcess.start();
                ConsumerProcess own = ConsumerProcess.start()) {
            attached.check(setting.attachedForAnEpoch("check", THREADS), setting.uri());
            handOff.round(attached, own, WARM_UP_SHARE);
            handOff.forget();
            for (int round = 0; round < bench.rounds(); round++) {
                handOff.round(attached, own, 1);
            }
            Throughput.open(setting, attached, own);
            throughput.round(attached, own);
            throughput.forget();
            for (int round = 0; round < bench.rounds(); round++) {
                throughput.round(attached, own);
            }
            result.rows(handOff.rows()).rows(throughput.rows()).row(AttachTime.row(setting, attached));
        }
        return bench.conclude(
                result,
                Amounts.format(
                        "daemon: hand-off p50 %.1f µs, p99 %.0f µs; %s of the in-process loader's samples/s",
                        handOff.medianMicros(Pace.WAITING, 50),
                        handOff.medianMicros(Pace.WAITING, 99),
                        Amounts.share(throughput.share().median())));
    }
}
