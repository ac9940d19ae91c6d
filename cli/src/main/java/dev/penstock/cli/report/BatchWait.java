package dev.penstock.cli.report;

import dev.penstock.fetch.FetchCounters;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.Loader;

/// The wait for the next batch, said on a progress line when it becomes long.
///
/// @param source of the batches
public record BatchWait(ProgressLine progress, BatchSource source) {

    /// Whether there is a next batch; waits until it is there.
    public boolean hasNext(BatchIterator batches) {
        try (ProgressLine.Wait _ = progress.waitFor(this::awaited)) {
            return batches.hasNext();
        }
    }

    /// A daemon is not asked for its counters: its answer would have to be waited for too.
    private String awaited() {
        return source instanceof Loader loader
                ? behind(loader.counters().batches(), loader.counters().fetch())
                : "a batch of the daemon";
    }

    static String behind(long batches, FetchCounters fetched) {
        return Amounts.format(
                "a batch, after %s; the store was sent %s requests, %s of them again, and gave %s blocks (%s)",
                Amounts.count(batches),
                Amounts.count(fetched.requests()),
                Amounts.count(fetched.retries()),
                Amounts.count(fetched.blocks()),
                Amounts.bytes(fetched.usefulBytes()));
    }
}
