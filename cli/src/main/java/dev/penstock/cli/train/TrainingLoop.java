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
import java.util.function.LongPredicate;

/// The loop of one rank: a batch, a step over it, and what follows a step.
///
/// A trace line is written before the step's all-reduce, so once rank 0 has a step's result, every rank's line of it is
/// there.
///
/// @param settling by the number of steps done, whether all their results are read now
/// @param first what rank 0 does besides
record TrainingLoop(
        TrainingStep step,
        Collective ranks,
        OnlineCalibration calibration,
        Optional<TraceWriter> trace,
        WindowRecording profile,
        LongPredicate settling,
        Optional<FirstRank> first) {

    /// Trains on every batch that there is.
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
                if (settling.test(nextStep)) {
                    known.addAll(step.settle());
                }
                first.ifPresent(rank -> {
                    known.forEach(rank::record);
                    calibrated.ifPresent(rank::record);
                    rank.save(nextStep);
                });
                profile.beforeStep(nextStep);
            }
        }
    }
}
