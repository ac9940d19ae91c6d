package dev.penstock.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.loader.BatchFeed;
import dev.penstock.loader.BatchIterator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchWaitTest {

    private final StringWriter written = new StringWriter();
    private final AtomicLong nanos = new AtomicLong();
    private final ProgressLine progress = new ProgressLine(
            new PrintWriter(written),
            ProgressLine.Display.PLAIN,
            nanos::get,
            Executors.newSingleThreadScheduledExecutor());

    /// A feed whose end is long in coming.
    private final class LateFeed implements BatchFeed {

        @Override
        public @Nullable Batch take() {
            nanos.addAndGet(Duration.ofSeconds(20).toNanos());
            progress.remind();
            return null;
        }

        @Override
        public void close() {}
    }

    @Test
    void aBatchThatIsLongInComingIsSaidWithWhatItWaitsFor() {
        try (progress;
                BatchIterator batches = new BatchIterator(new LateFeed())) {
            assertThat(new BatchWait(progress, () -> "a batch of nobody").hasNext(batches))
                    .isFalse();
        }

        assertThat(written.toString().lines())
                .containsExactly(
                        "penstock: waiting for 20 s: a batch of nobody", "penstock: waited 20 s for a batch of nobody");
    }
}
