package dev.penstock.cli;

import dev.penstock.batch.Batch;
import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.CostUnit;
import dev.penstock.cli.option.DaemonOptions;
import dev.penstock.cli.option.LoaderOptions;
import dev.penstock.cli.option.Locations;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.BatchWait;
import dev.penstock.cli.report.LineFile;
import dev.penstock.cli.report.LoaderReport;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.TraceWriter;
import dev.penstock.cli.report.WarmUpText;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.memory.PageLockOutcome;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `penstock read`: streams batches as fast as they come, and says how fast that was and what bounded it.
@Command(
        name = "read",
        description = {
            "Stream batches and print rates and stalls.",
            "Without --epochs and --steps, one epoch is read. Without --rank, every rank is."
        })
final class ReadCommand implements Callable<Integer> {

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final LoaderOptions loading = new LoaderOptions();

    @Mixin
    private final DaemonOptions daemon = new DaemonOptions();

    @Parameters(paramLabel = "URI", description = "URI or path of the dataset.")
    private URI location = URI.create("");

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Write a JSON line per epoch, step and rank: sample ids, their crc32c, bytes.")
    private Optional<Path> trace = Optional.empty();

    @Override
    public Integer call() {
        common.requireWritableResult();
        LoaderConfig config = config();
        common.detail(config.toString());
        if (daemon.isRemote()) {
            readFromDaemon(config);
            return ExitCode.DONE;
        }
        try (OpenDataset dataset = OpenDataset.at(location, common)) {
            loading.discardOtherTiers(0);
            read(dataset, config);
        }
        return ExitCode.DONE;
    }

    private void read(OpenDataset dataset, LoaderConfig config) {
        try (Loader loader = open(dataset, config)) {
            LoaderReport report = read(loader);
            report.lines().forEach(common.out()::println);
            loading.balance().remark(config.ranks()).ifPresent(common.out()::println);
            common.out().println("slots       " + lockText(loader.pageLocking()));
            common.out().flush();
            Result result = common.newResult().param("uri", Locations.shown(location));
            loading.describe(config, result);
            common.write(result.rows(report.rows()).rows(dataset.rows()));
        }
    }

    private Loader open(OpenDataset dataset, LoaderConfig config) {
        try (ProgressLine progress = common.progress();
                ProgressLine.Wait _ = progress.waitFor(() -> "the shards of " + Locations.shown(location))) {
            return Loader.open(dataset.index(), dataset.store(), config);
        }
    }

    private void readFromDaemon(LoaderConfig config) {
        SortedMap<String, String> options = daemon.stated();
        config.epochs().ifPresent(count -> options.put("epochs", Long.toString(count)));
        try (RemoteLoader loader = attach(options, config)) {
            LoaderReport report = read(loader);
            report.lines().forEach(common.out()::println);
            common.out().flush();
            Result result = common.newResult().param("uri", Locations.shown(location));
            options.forEach(result::param);
            common.write(result.rows(report.rows()));
        }
    }

    private RemoteLoader attach(SortedMap<String, String> options, LoaderConfig config) {
        try (ProgressLine progress = common.progress();
                ProgressLine.Wait _ = progress.waitFor(() -> "the daemon to open " + Locations.shown(location))) {
            return daemon.attach(
                    location,
                    options,
                    config.startStep(),
                    "read-" + ProcessHandle.current().pid());
        }
    }

    private LoaderConfig config() {
        LoaderConfig.Builder builder = loading.toLoaderConfig(CostUnit.typicalAttention());
        if (loading.epochs().isEmpty() && loading.steps().isEmpty()) {
            builder.epochs(1);
        }
        return builder.build();
    }

    private LoaderReport read(BatchSource loader) {
        long begin = System.nanoTime();
        try (TraceWriter writer =
                        trace.map(LineFile::create).map(TraceWriter::new).orElse(null);
                ProgressLine progress = common.progress();
                BatchIterator batches = loader.iterator()) {
            BatchWait wait = BatchWait.on(progress, loader);
            while (wait.hasNext(batches)) {
                try (Batch batch = batches.next()) {
                    consume(batch, writer);
                    progress.show(() -> WarmUpText.behind(
                            "step " + Amounts.count(batch.step()),
                            loader.counters().warmUp()));
                }
            }
        }
        return LoaderReport.of(loader.counters(), System.nanoTime() - begin);
    }

    private static void consume(Batch batch, @Nullable TraceWriter writer) {
        if (writer != null) {
            writer.write(batch);
        }
    }

    private static String lockText(PageLockOutcome outcome) {
        String size = Amounts.bytes(outcome.bytes());
        String pages = outcome.hugePageRefusal() == null ? "" : ", huge pages refused: " + outcome.hugePageRefusal();
        if (outcome.lockRefusal() != null) {
            return size + ", not locked in memory: " + outcome.lockRefusal() + pages;
        }
        return size + (outcome.lockedBytes() > 0 ? ", locked in memory" : ", locking is off") + pages;
    }
}
