package dev.penstock.cli.train;

import dev.penstock.cli.option.CostFile;
import dev.penstock.cli.profile.LoaderRecording;
import dev.penstock.cli.profile.WindowRecording;
import dev.penstock.cli.report.LoaderReport;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a run leaves on disk.
///
/// ```
/// DIR/checkpoints/     model, optimiser and loader position, committed together
/// DIR/model/           the trained weights, once the run has ended: model.safetensors, state_dict.pt, and
///                      model.pt of a module
/// DIR/metrics.jsonl    a line per step: loss, tokens, learning rate
/// DIR/run.jsonl        a line per start: what it takes to reproduce the run
/// DIR/tensorboard/     event files
/// DIR/mlflow-run       the run's name on a tracking server, if there is one
/// DIR/record.json      how recording went, of the latest start
/// DIR/calibration.json what the latest calibration found, if there was one
/// DIR/cost.yaml        its cost model, for --cost
/// DIR/profile.json     what the stages did in a window of steps, on all ranks, where one was asked for
/// DIR/profile-rank-0.jfr  the same of one rank, as its recording
/// DIR/profile-loader.jfr  and of the process that loaded for them, where the ranks did not
/// DIR/lock             held by rank 0 while it trains
/// DIR/rank-0.json      what each rank's loader did, of the latest start
/// ```
record RunDirectory(Path path) {

    private static final JsonMapper JSON = new JsonMapper();

    static RunDirectory create(Path path) {
        try {
            Files.createDirectories(path);
            return new RunDirectory(path);
        } catch (IOException refused) {
            throw failure("making the run directory", path, refused);
        }
    }

    /// Takes the run for this process until it is closed or the process dies.
    ///
    /// Fails with [ConfigurationException] when another process has it.
    FileChannel lock() {
        Path file = path.resolve("lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isTaken(channel)) {
                channel.close();
                throw new ConfigurationException(FailureMessage.of("taking the run directory")
                        .with("directory", path)
                        .with("found", "another trainer at work in it")
                        .remedy("end that one, or name another directory with --run"));
            }
            return channel;
        } catch (IOException refused) {
            throw failure("taking the run directory", file, refused);
        }
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    Path checkpoints() {
        return path.resolve("checkpoints");
    }

    Path model() {
        return path.resolve("model");
    }

    Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    Path starts() {
        return path.resolve("run.jsonl");
    }

    Path tensorBoard() {
        return path.resolve("tensorboard");
    }

    Path mlflowRun() {
        return path.resolve("mlflow-run");
    }

    private Path recordReport() {
        return path.resolve("record.json");
    }

    void writeRecordReport(RecordReport report) {
        try {
            Files.write(recordReport(), JSON.writeValueAsBytes(report));
        } catch (IOException failed) {
            throw failure("writing how recording went", recordReport(), failed);
        }
    }

    RecordReport readRecordReport() {
        try {
            return JSON.readValue(Files.readAllBytes(recordReport()), RecordReport.class);
        } catch (IOException | JacksonException failed) {
            throw failure("reading how recording went", recordReport(), failed);
        }
    }

    private Path rankReport(int rank) {
        return path.resolve("rank-" + rank + ".json");
    }

    void writeReport(int rank, LoaderReport report) {
        Path file = rankReport(rank);
        try {
            Files.write(file, JSON.writeValueAsBytes(report));
        } catch (IOException failed) {
            throw failure("writing a rank's report", file, failed);
        }
    }

    LoaderReport readReport(int rank) {
        Path file = rankReport(rank);
        try {
            return JSON.readValue(Files.readAllBytes(file), LoaderReport.class);
        } catch (IOException | JacksonException failed) {
            throw failure("reading a rank's report", file, failed);
        }
    }

    Path profile() {
        return path.resolve("profile.json");
    }

    Path profile(int rank) {
        return WindowRecording.file(path, rank);
    }

    Path loaderProfile() {
        return LoaderRecording.file(path);
    }

    /// Removes what an earlier start recorded and made of it, so that it does not pass for this one's.
    void removeProfile() {
        try (DirectoryStream<Path> recordings = Files.newDirectoryStream(path, "profile-*.jfr")) {
            for (Path recording : recordings) {
                Files.delete(recording);
            }
            Files.deleteIfExists(profile());
        } catch (IOException failed) {
            throw failure("removing an earlier profile", path, failed);
        }
    }

    private Path calibration() {
        return path.resolve("calibration.json");
    }

    private Path cost() {
        return path.resolve("cost.yaml");
    }

    void writeCalibration(CalibrationReport report) {
        try {
            Files.write(calibration(), JSON.writeValueAsBytes(report));
            if (report.isFitted()) {
                Files.writeString(cost(), CostFile.text(report.model()));
            }
        } catch (IOException failed) {
            throw failure("writing what a calibration found", path, failed);
        }
    }

    Optional<CalibrationReport> readCalibration() {
        try {
            return Files.exists(calibration())
                    ? Optional.of(JSON.readValue(Files.readAllBytes(calibration()), CalibrationReport.class))
                    : Optional.empty();
        } catch (IOException | JacksonException failed) {
            throw failure("reading what a calibration found", calibration(), failed);
        }
    }

    /// Removes a calibration of steps that are trained again.
    void cutBackCalibration(long nextStep) {
        if (readCalibration().filter(report -> report.step() > nextStep).isPresent()) {
            try {
                Files.deleteIfExists(calibration());
                Files.deleteIfExists(cost());
            } catch (IOException failed) {
                throw failure("removing what a calibration found", path, failed);
            }
        }
    }

    private static StoreAccessException failure(String what, Path path, Exception cause) {
        return new StoreAccessException(
                FailureMessage.of(what).with("path", path).with("found", cause), cause);
    }
}
