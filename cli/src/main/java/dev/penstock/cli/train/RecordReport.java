package dev.penstock.cli.train;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import dev.penstock.trainer.record.SinkCounters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Where the record of a run lies, and how recording went since its latest start.
///
/// @param files by what they hold
/// @param sinks by name
/// @param checkpointsFailed that could not be written
/// @param checkpointHeldSeconds that the training thread spent on checkpoints
/// @param skippedSteps whose loss or gradient was not finite
/// @param exposedCommShare part of rank 0's step time in which it waited for the other ranks with nothing to compute
public record RecordReport(
        Map<String, String> files,
        Map<String, SinkCounters> sinks,
        int checkpointsFailed,
        double checkpointHeldSeconds,
        long skippedSteps,
        double exposedCommShare) {

    /// What rank 0 left in a run directory.
    public static RecordReport of(Path run) {
        return new RunDirectory(run).readRecordReport();
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("record      " + files.get("directory") + "; tensorboard --logdir " + files.get("tensorboard"));
        sinks.forEach((name, counters) -> {
            if (counters.missing() > 0) {
                lines.add(Amounts.format(
                        "%-11s lacks %,d steps: %s",
                        name, counters.missing(), counters.failure().orElse("it was too slow")));
            }
        });
        if (checkpointsFailed > 0) {
            lines.add(Amounts.format("checkpoints %,d could not be written", checkpointsFailed));
        }
        if (skippedSteps > 0) {
            lines.add(Amounts.format("skipped     %,d steps whose loss or gradient was not finite", skippedSteps));
        }
        return lines;
    }

    public List<Row> rows() {
        return List.of(
                Row.of("skipped_steps", skippedSteps, "steps", Better.LOWER),
                Row.of("exposed_comm_share", exposedCommShare, "of step time", Better.LOWER));
    }
}
