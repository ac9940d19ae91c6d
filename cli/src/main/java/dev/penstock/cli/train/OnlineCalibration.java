package dev.penstock.cli.train;

import dev.penstock.balance.Calibration;
import dev.penstock.balance.CalibrationHistory;
import dev.penstock.balance.CalibrationOutcome;
import dev.penstock.balance.LargestStep;
import dev.penstock.balance.MicroBatchTimes;
import dev.penstock.balance.RankCalibration;
import dev.penstock.balance.RankSpeeds;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.plan.AssignerTimeline;
import dev.penstock.trainer.MicroBatchMeter;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.World;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/// Measures what this rank's micro-batches take and, at the steps of the schedule, agrees with the other ranks on what
/// balancing goes by from a later step on.
///
/// ```
/// measured ........ E ─ ranks add up their sums, each fits the same integers
///                   └── LEAD_STEPS planned already ──► S  new cost model and speeds
/// ```
///
/// A calibration changes who computes a sample, never in which step. Ranks meet once per calibration, in one sum, and
/// not for one that no step of the run would go by. Measurements end with the process: they are those of its machine.
/// Confined to the thread that trains.
final class OnlineCalibration implements MicroBatchMeter {

    /// From an agreement to the first step that goes by it. Streams plan that far ahead of a pending agreement and no
    /// further, so this many batches are read ahead at least: seconds, where steps take as long as they do on
    /// accelerators.
    static final int LEAD_STEPS = 32;

    /// The first steps of a process also load native code and grow memory pools.
    private static final int WARM_UP_STEPS = 2;

    private final Calibrating calibrating;
    private final World world;
    private final long stepCount;
    private final LargestStep largest;
    private final long warmUpEnd;
    private final AssignerTimeline assigners;
    private final MicroBatchTimes times = new MicroBatchTimes();
    private CalibrationHistory history;

    /// @param history up to the first step of this process, with speeds of this world's ranks
    /// @param loading of this process, whatever assigners it has
    OnlineCalibration(
            Calibrating calibrating,
            World world,
            CalibrationHistory history,
            DatasetIndex index,
            LoaderConfig loading) {
        this.calibrating = calibrating;
        this.world = world;
        this.history = history;
        this.stepCount = loading.stepCount(index.sampleCount());
        this.largest = new LargestStep(
                (long) loading.batchSize() * loading.regrouping().windowSteps(), index.longestLength());
        this.warmUpEnd = loading.startStep() + WARM_UP_STEPS;
        this.assigners = calibrating.timeline(history);
        decideUntilNext(loading.startStep());
    }

    /// What divides the steps, as far as it is known.
    AssignerTimeline assigners() {
        return assigners;
    }

    /// Calibrations that a run which continues with a step needs.
    CalibrationHistory history(long nextStep) {
        return history.since(nextStep);
    }

    @Override
    public void computed(MicroBatch microBatch, long nanos) {
        computed(microBatch.lengths(0), nanos);
    }

    /// The same by the lengths of its samples.
    void computed(long[] lengths, double nanos) {
        double squares = Arrays.stream(lengths)
                .mapToDouble(length -> (double) length * length)
                .sum();
        times.add(lengths.length, Arrays.stream(lengths).sum(), squares, nanos);
    }

    /// Calibrates if it is time; every rank calls this after every step.
    ///
    /// @param nextStep number of steps that are done
    Optional<CalibrationReport> afterStep(long nextStep, Collective ranks) {
        if (nextStep <= warmUpEnd) {
            times.clear();
        }
        if (next(nextStep - 1).orElse(-1) != nextStep) {
            return Optional.empty();
        }
        RankCalibration measured = new RankCalibration(ranks.sum(times.sumsOf(world.rank(), world.worldSize())));
        long fromStep = nextStep + LEAD_STEPS;
        Calibration inForce =
                history.at(fromStep).orElseGet(() -> new Calibration(0, calibrating.stated(), RankSpeeds.EQUAL));
        CalibrationOutcome outcome = measured.judge(inForce, fromStep, largest);
        if (outcome instanceof CalibrationOutcome.Better(Calibration better, double _, double _)) {
            history = history.with(better);
            assigners.change(fromStep, calibrating.assigner(better));
        }
        decideUntilNext(nextStep);
        if (!(outcome instanceof CalibrationOutcome.TooFew)) {
            times.clear();
        }
        return Optional.of(CalibrationReport.of(nextStep, measured, outcome, inForce));
    }

    private void decideUntilNext(long step) {
        next(step)
                .ifPresentOrElse(
                        next -> assigners.decideUntil(next + LEAD_STEPS), () -> assigners.decideUntil(Long.MAX_VALUE));
    }

    /// The first calibration after a step that a step of the run goes by.
    private OptionalLong next(long step) {
        OptionalLong next = calibrating.schedule().after(step);
        return next.isPresent() && next.getAsLong() < stepCount - LEAD_STEPS ? next : OptionalLong.empty();
    }
}
