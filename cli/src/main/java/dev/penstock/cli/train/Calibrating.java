package dev.penstock.cli.train;

import dev.penstock.balance.Calibration;
import dev.penstock.balance.CalibrationHistory;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.cli.option.Balance;
import dev.penstock.cli.option.CalibrationSchedule;
import dev.penstock.cli.option.CostUnit;
import dev.penstock.plan.AssignerTimeline;
import dev.penstock.plan.RankAssigner;
import java.util.Locale;
import java.util.function.Supplier;

/// When a run measures what its samples cost, and how balancing uses that.
///
/// @param stated cost model before anything was measured
/// @param microBatches that a rank's share is cut into
public record Calibrating(
        CalibrationSchedule schedule, CostModel stated, Balance balance, MicroBatchPolicy microBatches) {

    /// A run's timeline with the calibrations that were made so far; nothing is decided yet.
    AssignerTimeline timeline(CalibrationHistory history) {
        AssignerTimeline timeline = new AssignerTimeline(() -> balance.assigner(stated, microBatches));
        history.calibrations().forEach(each -> timeline.change(each.fromStep(), assigner(each)));
        return timeline;
    }

    /// Text that only those share that divide every step alike.
    String digest() {
        return "calibrate=" + schedule + " cost=" + CostUnit.text(stated) + " balance=" + balance + " layout="
                + microBatches.layout() + " maxTokens="
                + (microBatches.maxTokens() == Long.MAX_VALUE ? "none" : microBatches.maxTokens()) + " microBatches="
                + microBatches.counts().name().toLowerCase(Locale.ROOT);
    }

    Supplier<RankAssigner> assigner(Calibration calibration) {
        return () -> balance.assigner(calibration.model(), microBatches, calibration.speeds());
    }
}
