package dev.penstock.bench.daemon;

import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.Arrays;

/// From calling attach until the first batch is there, where the daemon's RAM tier has its bytes and no stream runs.
///
/// A client that has run before: starting a JVM is not counted. The daemon opens the dataset, makes the slots and
/// plans, each time.
final class AttachTime {

    private static final int TIMES = 40;
    private static final double GOAL_MILLIS = 100;

    private AttachTime() {}

    static Row row(Setting setting, ConsumerProcess attached) {
        Source source = setting.attached("attach", Runtime.getRuntime().availableProcessors());
        attached.attach(source, TIMES / 4);
        long[] nanos = attached.attach(source, TIMES);
        return Measurements.of(
                        Arrays.stream(nanos).mapToDouble(each -> each / 1e6).toArray())
                .row("attach_to_first_batch_ms", "ms", Better.LOWER)
                .withGoal(GOAL_MILLIS);
    }
}
