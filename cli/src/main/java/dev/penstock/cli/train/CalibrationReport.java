package dev.penstock.cli.train;

import dev.penstock.balance.Calibration;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.MicroBatchTimes;
import dev.penstock.balance.RankCalibration;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a calibration found, for people.
///
/// @param step number of steps that were done
/// @param fromStep first step that goes by it; 0 when nothing could be fitted
/// @param perToken α of the fitted cost model, and so on
/// @param slowness of each rank in thousandths of the fastest's; empty when all are equal
/// @param errorBefore median over this rank's micro-batches of how far the time was from the model in force, as a part
///     of it
/// @param errorAfter the same for the fitted model
/// @param measurements that were used, of all ranks
/// @param refused times that were no times, of all ranks
/// @param unmeasured ranks that measured nothing, and count as fast as the median of the others
public record CalibrationReport(
        long step,
        long fromStep,
        long perToken,
        long perTokenSquared,
        long perSample,
        List<Integer> slowness,
        double errorBefore,
        double errorAfter,
        long measurements,
        long refused,
        List<Integer> unmeasured) {

    static CalibrationReport of(
            long step,
            RankCalibration measured,
            Optional<Calibration> agreed,
            CostModel before,
            MicroBatchTimes times) {
        CostModel fitted = agreed.map(Calibration::model).orElse(before);
        return new CalibrationReport(
                step,
                agreed.map(Calibration::fromStep).orElse(0L),
                fitted.perToken(),
                fitted.perTokenSquared(),
                fitted.perSample(),
                agreed.map(calibration -> calibration.speeds().slowness()).orElse(List.of()),
                times.medianError(before),
                times.medianError(fitted),
                measured.measurements(),
                measured.refused(),
                measured.unmeasured());
    }

    boolean isFitted() {
        return fromStep > 0;
    }

    CostModel model() {
        return new CostModel(perToken, perTokenSquared, perSample);
    }

    List<String> lines() {
        if (!isFitted()) {
            return List.of(Amounts.format(
                    "calibrated  nothing at step %,d: %,d measurements are too few, %,d were refused; what was in force"
                            + " stays",
                    step, measurements, refused));
        }
        return List.of(
                Amounts.format(
                        "calibrated  at step %,d, in force from step %,d: cost %d·L + %d·L² + %d",
                        step, fromStep, perToken, perTokenSquared, perSample),
                Amounts.format(
                        "            median error of rank 0's micro-batches %s, before %s; %,d measurements%s; %s%s",
                        Amounts.share(errorAfter),
                        Amounts.share(errorBefore),
                        measurements,
                        refused == 0 ? "" : Amounts.format(", %,d refused", refused),
                        speedText(),
                        unmeasured.isEmpty()
                                ? ""
                                : "; ranks " + unmeasured + " measured nothing, taken as the median"));
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
                        Row.of("cost_error_after", errorAfter, "1", Better.LOWER),
                        Row.of("slowest_rank_speed", 1000.0 / slowest(), "1", Better.HIGHER))
                : List.of();
    }

    private int slowest() {
        return slowness.stream().mapToInt(Integer::intValue).max().orElse(1000);
    }
}
