package dev.penstock.cli.train;

import dev.penstock.balance.Calibration;
import dev.penstock.balance.CalibrationHistory;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.RankSpeeds;
import dev.penstock.cli.option.CalibrationSchedule;
import dev.penstock.plan.AssignerTimeline;
import dev.penstock.plan.RankAssigner;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/// When a run measures what its samples cost, and how balancing uses that.
///
/// @param stated cost model before anything was measured
/// @param balancing makes an assigner for a cost model and rank speeds
public record Calibrating(
        CalibrationSchedule schedule, CostModel stated, BiFunction<CostModel, RankSpeeds, RankAssigner> balancing) {

    /// A run's timeline with the calibrations that were made so far; nothing is decided yet.
    AssignerTimeline timeline(CalibrationHistory history) {
        AssignerTimeline timeline = new AssignerTimeline(() -> balancing.apply(stated, RankSpeeds.EQUAL));
        history.calibrations().forEach(each -> timeline.change(each.fromStep(), assigner(each)));
        return timeline;
    }

    Supplier<RankAssigner> assigner(Calibration calibration) {
        return () -> balancing.apply(calibration.model(), calibration.speeds());
    }
}
