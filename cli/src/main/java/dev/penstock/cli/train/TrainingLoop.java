package dev.penstock.cli.train;

import dev.penstock.cli.profile.WindowRecording;
import dev.penstock.cli.report.BatchWait;
import dev.penstock.cli.report.TraceWriter;
import dev.penstock.gpu.HostBatch;
import dev.penstock.gpu.HostSink;
import dev.penstock.loader.BatchIterator;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.world.Collective;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The loop of one rank: a batch, a step over it, and what follows a step.
///
/// A trace line is written before the step's all-reduce, so once rank 0 has a step's result, every rank's line of it is
/// there.
///
/// @param learning decides after which steps all results are read, and checkpoints written
/// @param first what rank 0 does besides
record TrainingLoop(
        TrainingStep step,
        Collective ranks,
        OnlineCalibration calibration,
        Optional<TraceWriter> trace,
        WindowRecording profile,
        Learning learning,
        Optional<FirstRank> first) {

    /// Trains on every batch that there is; fails when nothing was learned from any.
    void run(BatchIterator batches, BatchWait wait) {
        try (HostSink sink = new HostSink()) {
            while (wait.hasNext(batches)) {
                long nextStep;
                List<StepResult> known;
                try (HostBatch staged = sink.accept(batches.next())) {
                    trace.ifPresent(lines -> lines.write(staged.batch()));
                    nextStep = staged.batch().step() + 1;
                    known = new ArrayList<>(step.train(staged.batch(), calibration));
                }
                Optional<CalibrationReport> calibrated = calibration.afterStep(nextStep, ranks);
                if (learning.settles(nextStep)) {
                    known.addAll(step.settle());
                }
                learning.saw(known);
                boolean saves = learning.saves();
                first.ifPresent(rank -> {
                    known.forEach(rank::record);
                    calibrated.ifPresent(rank::record);
                    rank.save(nextStep, saves);
                });
                profile.beforeStep(nextStep);
            }
        }
        learning.requireLearned();
    }
}
