package dev.penstock.cli;

import dev.penstock.cli.demo.DemoDataset;
import dev.penstock.cli.demo.JdkSources;
import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.train.Recipe;
import dev.penstock.cli.train.TrainingReport;
import dev.penstock.pack.PackReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `penstock demo`: the main job from end to end on data that every JDK brings along.
@Command(
        name = "demo",
        description = {
            "Do the main job on real data: pack the JDK's own sources, stream them through a disk tier and a RAM tier,"
                    + " balance them over 2 ranks, train a small byte-level transformer.",
            "What was packed is reused while it matches; the training starts anew every time."
        })
final class DemoCommand implements Callable<Integer> {

    private static final int RANKS = 2;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where shards, disk tier and the last run are kept. Default: ~/.cache/penstock/demo.")
    private Path directory = Path.of(System.getProperty("user.home"), ".cache", "penstock", "demo");

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Training steps. Default: those of the recipe, about a minute.")
    private Optional<Long> steps = Optional.empty();

    @Override
    public Integer call() {
        common.requireWritableResult();
        Recipe recipe = Recipe.find(Recipe.BYTE_LM);
        JdkSources sources = JdkSources.find(Path.of(System.getProperty("java.home")));
        DemoDataset dataset = new DemoDataset(
                directory.toAbsolutePath(), sources, recipe.model().maxSampleLength());
        prepare(dataset);
        Path run = dataset.newRun();
        int trained = Main.commandLine()
                .setOut(common.out())
                .setErr(common.err())
                .execute(arguments(dataset, run, steps.orElse(recipe.steps())));
        if (trained != ExitCode.DONE) {
            return trained;
        }
        TrainingReport report =
                TrainingReport.ofLocalRanks(run, RANKS, recipe.model().lossUnit());
        common.write(common.newResult()
                .param("source", sources.path().toUri())
                .param("ranks", RANKS)
                .param("steps", steps.orElse(recipe.steps()))
                .rows(report.rows()));
        return ExitCode.DONE;
    }

    private void prepare(DemoDataset dataset) {
        if (dataset.isPacked()) {
            common.out().println("data        " + dataset.shards() + ", packed earlier");
            common.out().flush();
            return;
        }
        long begin = System.nanoTime();
        PackReport packed;
        try (ProgressLine progress = common.progress()) {
            packed = dataset.pack(progress.counting("packing"));
        }
        common.out()
                .println(Amounts.format(
                        "data        %s, packed %s of %s in %s",
                        dataset.shards(),
                        Amounts.bytes(packed.payloadBytes()),
                        dataset.sources().path(),
                        Amounts.seconds(Duration.ofNanos(System.nanoTime() - begin))));
        common.out().flush();
    }

    /// Four of the dozen shards are open at a time, and RAM holds about as much: both tiers have something to do.
    private static String[] arguments(DemoDataset dataset, Path run, long count) {
        return new String[] {
            "train",
            Recipe.BYTE_LM,
            dataset.shards().toUri().toString(),
            "--ranks=" + RANKS,
            "--steps=" + count,
            "--shuffle=k=4",
            "--block=256K",
            "--ram=128M",
            "--slots=16M",
            "--disk=" + dataset.directory().resolve("tier") + ":1G",
            "--run=" + run,
            "--checkpoint-every=25"
        };
    }
}
