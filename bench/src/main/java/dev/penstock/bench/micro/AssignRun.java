package dev.penstock.bench.micro;

import dev.penstock.bench.measure.Measurements;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// What JMH measured of [AssignGlobalBatch] in one JVM of its own.
///
/// @param micros per global batch, by iteration
/// @param allocatedBytes per global batch, JMH's `gc.alloc.rate.norm`; a few bytes of it are JMH's own
public record AssignRun(Measurements micros, double allocatedBytes) {

    private static final String ALLOCATION = "gc.alloc.rate.norm";

    /// Divides batches among ranks over and over.
    ///
    /// @param lengths by batch
    /// @param iterations timed ones, each as long as the one untimed before them
    public static AssignRun measure(int ranks, int[][] lengths, int iterations, Duration iteration) {
        // Two benchmarks on one host disturb each other, but that is theirs to see in the spread, not a reason to fail.
        System.setProperty("jmh.ignoreLock", "true");
        Path file = temporaryFile();
        try {
            new BatchesFile(ranks, lengths).write(file);
            return of(new Runner(new OptionsBuilder()
                            .include(AssignGlobalBatch.class.getName() + "\\.")
                            .param(AssignGlobalBatch.BATCHES, file.toString())
                            .forks(1)
                            .warmupIterations(1)
                            .warmupTime(TimeValue.milliseconds(iteration.toMillis()))
                            .measurementIterations(iterations)
                            .measurementTime(TimeValue.milliseconds(iteration.toMillis()))
                            .addProfiler(GCProfiler.class)
                            .verbosity(VerboseMode.SILENT)
                            .shouldFailOnError(true)
                            .build())
                    .runSingle());
        } catch (RunnerException failed) {
            throw new IllegalStateException("JMH failed: " + failed.getMessage(), failed);
        } finally {
            delete(file);
        }
    }

    private static AssignRun of(RunResult result) {
        double[] micros = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .toArray();
        String allocation = result.getSecondaryResults().keySet().stream()
                .filter(metric -> metric.endsWith(ALLOCATION))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("JMH tells no " + ALLOCATION + " but "
                        + result.getSecondaryResults().keySet()));
        return new AssignRun(
                Measurements.of(micros),
                Objects.requireNonNull(result.getSecondaryResults().get(allocation))
                        .getScore());
    }

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("penstock-batches", ".txt");
        } catch (IOException refused) {
            throw new StoreAccessException(
                    FailureMessage.of("making a temporary file").with("found", refused), refused);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException left) {
            throw new StoreAccessException(
                    FailureMessage.of("deleting a temporary file")
                            .with("file", file)
                            .with("found", left),
                    left);
        }
    }
}
