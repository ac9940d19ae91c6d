package dev.penstock.cli.train;

import dev.penstock.cli.report.Environment;
import dev.penstock.cli.report.LineFile;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.trainer.record.GitRevision;
import dev.penstock.trainer.record.PlanDigest;
import dev.penstock.trainer.tensor.Libtorch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// Everything that it takes to do one start of a run again.
///
/// @param version of Penstock
/// @param libtorch version
/// @param options as given or by default; where they leave something to the recipe, `batch` and `steps` say it
/// @param seed of the order, of the first parameters and of what a step draws
/// @param model text that only the same model has; of a module, with the checksum of its file
/// @param weights that the run began with, as stated
/// @param dataset digest of its index, which holds the checksum of every byte
/// @param plan of the first steps
/// @param git revision of the working directory; empty outside of a repository
record RunStart(
        long startStep,
        int ranks,
        long steps,
        int batch,
        long seed,
        String model,
        Optimization optimization,
        Optional<WarmStart> weights,
        Map<String, String> options,
        String dataset,
        PlanDigest plan,
        Optional<GitRevision> git,
        String version,
        String libtorch,
        Environment environment) {

    private static final JsonMapper JSON = new JsonMapper();

    static RunStart of(RunSettings settings, OpenRun run) {
        LoaderConfig config = run.config();
        long stepCount = run.loader().stepCount();
        return new RunStart(
                config.startStep(),
                config.ranks(),
                stepCount,
                config.batchSize(),
                config.seed(),
                settings.recipe().model().digest(),
                settings.recipe().optimization(),
                settings.weights(),
                settings.recording().options(),
                run.index().digest(),
                PlanDigest.of(run.index(), config, stepCount),
                GitRevision.of(Path.of("")),
                settings.recording().version(),
                Libtorch.version(),
                Environment.now());
    }

    /// Adds it as a line of a file.
    void appendTo(Path file) {
        try (LineFile lines = LineFile.append(file)) {
            lines.write(ByteBuffer.wrap((JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8)));
        }
    }
}
