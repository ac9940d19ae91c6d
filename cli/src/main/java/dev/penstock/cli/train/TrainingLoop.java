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
import java.util.Optional;

/// The loop of one rank: a batch, a step over it, and what follows a step.
///
/// A trace line is written before the step's all-reduce, so once rank 0 has a step's result, every rank's line of it is
/// there.
///
/// @param first what rank 0 does besides
record TrainingLoop(
        TrainingStep step,
        Collective ranks,
        OnlineCalibration calibration,
        Optional<TraceWriter> trace,
        WindowRecording profile,
        Optional<FirstRank> first) {

    /// Trains on every batch that there is.
    void run(BatchIterator batches, BatchWait wait) {
        try (HostSink sink = new HostSink()) {
            while (wait.hasNext(batches)) {
                StepResult result;
                try (HostBatch staged = sink.accept(batches.next())) {
                    trace.ifPresent(lines -> lines.write(staged.batch()));
                    result = step.train(staged.batch(), calibration);
                }
                long nextStep = result.step() + 1;
                Optional<CalibrationReport> calibrated = calibration.afterStep(nextStep, ranks);
                first.ifPresent(rank -> {
                    rank.record(result);
                    calibrated.ifPresent(rank::record);
                    rank.save(nextStep);
                });
                profile.beforeStep(nextStep);
            }
        }
    }
}
