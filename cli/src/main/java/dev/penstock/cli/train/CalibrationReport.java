package dev.penstock.cli.train;

import dev.penstock.balance.Calibration;
import dev.penstock.balance.CalibrationOutcome;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.RankCalibration;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.List;
import java.util.stream.Collectors;

/// What a calibration found, for people.
///
/// @param step number of steps that were done
/// @param verdict what became of the fit
/// @param fromStep first step that goes by it; 0 when what was in force stays
/// @param perToken α of the cost model that is in force then, and so on
/// @param slowness of each rank in thousandths of the fastest's; empty when all are equal
/// @param errorBefore of what was in force, over all ranks, see [CalibrationOutcome]; 0 when nothing was fitted
/// @param errorFitted the same for the fit
/// @param measurements that were used, of all ranks
/// @param refused times that were no times, of all ranks
/// @param unmeasured ranks that measured nothing, and count as fast as the median of the others
public record CalibrationReport(
        long step,
        Verdict verdict,
        long fromStep,
        long perToken,
        long perTokenSquared,
        long perSample,
        List<Integer> slowness,
        double errorBefore,
        double errorFitted,
        long measurements,
        long refused,
        List<Integer> unmeasured) {

    /// What became of a fit.
    public enum Verdict {
        /// There is none: the measurements are too few.
        TOO_FEW,
        /// It explains the times no better than what was in force, which stays.
        NOT_BETTER,
        /// It takes over.
        FITTED
    }

    static CalibrationReport of(long step, RankCalibration measured, CalibrationOutcome outcome, Calibration inForce) {
        return switch (outcome) {
            case CalibrationOutcome.TooFew() -> of(step, Verdict.TOO_FEW, 0, measured, inForce, 0, 0);
            case CalibrationOutcome.NotBetter(double before, double fitted) ->
                of(step, Verdict.NOT_BETTER, 0, measured, inForce, before, fitted);
            case CalibrationOutcome.Better(Calibration better, double before, double fitted) ->
                of(step, Verdict.FITTED, better.fromStep(), measured, better, before, fitted);
        };
    }

    private static CalibrationReport of(
            long step,
            Verdict verdict,
            long fromStep,
            RankCalibration measured,
            Calibration kept,
            double errorBefore,
            double errorFitted) {
        return new CalibrationReport(
                step,
                verdict,
                fromStep,
                kept.model().perToken(),
                kept.model().perTokenSquared(),
                kept.model().perSample(),
                kept.speeds().slowness(),
                errorBefore,
                errorFitted,
                measured.measurements(),
                measured.refused(),
                measured.unmeasured());
    }

    boolean isFitted() {
        return verdict == Verdict.FITTED;
    }

    CostModel model() {
        return new CostModel(perToken, perTokenSquared, perSample);
    }

    List<String> lines() {
        return switch (verdict) {
            case TOO_FEW ->
                List.of(Amounts.format(
                        "calibrated  nothing at step %,d: %,d measurements are too few, %,d were refused; what was in"
                                + " force stays",
                        step, measurements, refused));
            case NOT_BETTER ->
                List.of(
                        Amounts.format("calibrated  kept at step %,d, not better: what was in force stays", step),
                        errorText("what was in force errs by %s, the fit by %s", errorBefore, errorFitted));
            case FITTED ->
                List.of(
                        Amounts.format(
                                "calibrated  at step %,d, in force from step %,d: cost %d·L + %d·L² + %d",
                                step, fromStep, perToken, perTokenSquared, perSample),
                        errorText("errs by %s, before by %s", errorFitted, errorBefore) + "; " + speedText());
        };
    }

    private String errorText(String errors, double first, double second) {
        return "            over all ranks "
                + Amounts.format(errors, Amounts.share(first), Amounts.share(second))
                + Amounts.format("; %,d measurements", measurements)
                + (refused == 0 ? "" : Amounts.format(", %,d refused", refused))
                + (unmeasured.isEmpty() ? "" : "; ranks " + unmeasured + " measured nothing, taken as the median");
    }

    private String speedText() {
        return slowness.isEmpty()
                ? "ranks are equally fast"
                : slowness.stream()
                        .map(each -> Amounts.format("%.2f", 1000.0 / each))
                        .collect(Collectors.joining(" ", "rank speeds ", ""));
    }

    List<Row> rows() {
        return isFitted()
                ? List.of(
                        Row.of("calibrated_from_step", fromStep, "step", Better.LOWER),
                        Row.of("cost_error_before", errorBefore, "1", Better.LOWER),
                        Row.of("cost_error_after", errorFitted, "1", Better.LOWER),
                        Row.of("slowest_rank_speed", 1000.0 / slowest(), "1", Better.HIGHER))
                : List.of();
    }

    private int slowest() {
        return slowness.stream().mapToInt(Integer::intValue).max().orElse(1000);
    }
}
