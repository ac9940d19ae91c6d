package dev.penstock.cli.train;

import dev.penstock.trainer.world.JavaCommand;
import dev.penstock.trainer.world.LocalRanks;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A training run on this host: a process per rank, and what they report together.
public final class LocalTraining {

    /// How many ranks share this host, as other launchers say it too.
    public static final String LOCAL_WORLD_SIZE = "LOCAL_WORLD_SIZE";

    private final String mainClass;
    private final List<String> arguments;
    private final int ranks;
    private final Map<String, String> environment;
    private final Path run;
    private final String lossUnit;

    /// @param mainClass what each process runs
    /// @param arguments the same for each; the environment says which rank it is
    /// @param environment of each, besides that of this process
    /// @param run directory that the arguments name
    /// @param lossUnit of the recipe that the arguments name
    public LocalTraining(
            String mainClass,
            List<String> arguments,
            int ranks,
            Map<String, String> environment,
            Path run,
            String lossUnit) {
        this.mainClass = mainClass;
        this.arguments = List.copyOf(arguments);
        this.ranks = ranks;
        this.environment = new HashMap<>(environment);
        this.environment.put(LOCAL_WORLD_SIZE, Integer.toString(ranks));
        this.run = run;
        this.lossUnit = lossUnit;
    }

    /// Runs every rank to its end; fails as one when one fails.
    ///
    /// @param out gets rank 0's output, and that of others with their number in front
    public TrainingReport run(PrintStream out, PrintStream err) throws InterruptedException {
        new LocalRanks(JavaCommand.like(mainClass, arguments), environment, ranks, out, err).run();
        return TrainingReport.ofLocalRanks(run, ranks, lossUnit);
    }
}
