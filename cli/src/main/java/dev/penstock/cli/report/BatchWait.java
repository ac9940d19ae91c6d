package dev.penstock.cli.report;

import dev.penstock.fetch.FetchCounters;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.Loader;
import java.util.function.Supplier;

/// The wait for the next batch, said on a progress line when it becomes long.
///
/// @param awaited a noun, asked for on another thread
public record BatchWait(ProgressLine progress, Supplier<String> awaited) {

    /// A loader's wait says what its store did; a daemon is not asked, since its answer would have to be waited for
    /// too.
    public static BatchWait on(ProgressLine progress, BatchSource source) {
        return new BatchWait(
                progress,
                () -> source instanceof Loader loader ? behind(loader.counters().fetch()) : "a batch of the daemon");
    }

    /// Whether there is a next batch; waits until it is there.
    public boolean hasNext(BatchIterator batches) {
        try (ProgressLine.Wait _ = progress.waitFor(awaited)) {
            return batches.hasNext();
        }
    }

    private static String behind(FetchCounters fetched) {
        return Amounts.format(
                "a batch; so far the store was sent %s requests, %s of them again, and gave %s blocks (%s)",
                Amounts.count(fetched.requests()),
                Amounts.count(fetched.retries()),
                Amounts.count(fetched.blocks()),
                Amounts.bytes(fetched.usefulBytes()));
    }
}
