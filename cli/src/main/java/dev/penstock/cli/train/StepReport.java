package dev.penstock.cli.train;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.WarmUpText;
import dev.penstock.loader.BatchSource;
import dev.penstock.trainer.StepResult;
import java.time.Duration;

/// The line about the latest step, every few seconds.
final class StepReport {

    private static final long INTERVAL_NANOS = Duration.ofSeconds(2).toNanos();

    private final Console console;
    private final BatchSource loader;
    private final String lossUnit;
    private long saidNanos = System.nanoTime();

    StepReport(Console console, BatchSource loader, String lossUnit) {
        this.console = console;
        this.loader = loader;
        this.lossUnit = lossUnit;
    }

    void trained(StepResult result) {
        long now = System.nanoTime();
        if (now - saidNanos >= INTERVAL_NANOS) {
            saidNanos = now;
            String line = Amounts.format(
                    "step %,d of %,d: loss %.3f %s", result.step() + 1, loader.stepCount(), result.loss(), lossUnit);
            console.say(WarmUpText.behind(line, loader.counters().warmUp()));
        }
    }
}
