package dev.penstock.cli.train;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.LoaderReport;
import dev.penstock.cli.report.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a run came to.
///
/// @param lossFirst of the run's first step
/// @param lossLast mean over its last steps
/// @param lossUnit what one of the loss means
/// @param steps of the whole run, those before a resume included
/// @param calibration the latest of the run, if it had one
/// @param loading what the loaders of all ranks did since the latest start
public record TrainingReport(
        double lossFirst,
        double lossLast,
        String lossUnit,
        int steps,
        Optional<CalibrationReport> calibration,
        LoaderReport loading) {

    /// What a run on this host came to, whose ranks have each left their report.
    ///
    /// @param run directory
    public static TrainingReport ofLocalRanks(Path run, int ranks, String lossUnit) {
        RunDirectory directory = RunDirectory.create(run);
        LoaderReport together = directory.readReport(0);
        for (int rank = 1; rank < ranks; rank++) {
            together = together.beside(directory.readReport(rank));
        }
        return of(directory, lossUnit, together);
    }

    static TrainingReport of(RunDirectory run, String lossUnit, LoaderReport loading) {
        Metrics.Curve curve = Metrics.curve(run.metrics());
        return new TrainingReport(curve.first(), curve.last(), lossUnit, curve.steps(), run.readCalibration(), loading);
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(Amounts.format("loss        %.3f → %.3f %s over %,d steps", lossFirst, lossLast, lossUnit, steps));
        calibration.map(CalibrationReport::lines).ifPresent(lines::addAll);
        lines.addAll(loading.lines());
        return lines;
    }

    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of("loss_first", lossFirst, lossUnit, Better.LOWER));
        rows.add(Row.of("loss_last", lossLast, lossUnit, Better.LOWER));
        rows.add(Row.of("steps", steps, "steps", Better.HIGHER));
        calibration.map(CalibrationReport::rows).ifPresent(rows::addAll);
        rows.addAll(loading.rows());
        return rows;
    }
}
