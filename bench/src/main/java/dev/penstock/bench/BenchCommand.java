package dev.penstock.bench;

import dev.penstock.bench.balance.BalanceCommand;
import dev.penstock.bench.daemon.DaemonCommand;
import dev.penstock.bench.epoch.EpochCommand;
import dev.penstock.bench.feed.FeedCommand;
import dev.penstock.bench.resume.ResumeCommand;
import dev.penstock.bench.s3.S3Command;
import dev.penstock.bench.scale.ScaleCommand;
import dev.penstock.bench.tiers.TiersCommand;
import dev.penstock.bench.train.TrainCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `penstock bench`, which does nothing without the name of a benchmark.
@Command(
        name = "bench",
        description = "Measure Penstock against a control in the same run.",
        synopsisSubcommandLabel = "NAME",
        subcommands = {
            FeedCommand.class,
            BalanceCommand.class,
            ResumeCommand.class,
            EpochCommand.class,
            S3Command.class,
            ScaleCommand.class,
            TiersCommand.class,
            TrainCommand.class,
            DaemonCommand.class
        })
final class BenchCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no benchmark was named");
    }
}
