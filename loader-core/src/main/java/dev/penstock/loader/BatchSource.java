package dev.penstock.loader;

import dev.penstock.batch.Batch;
import reactor.core.publisher.Flux;

/// Where a trainer gets its batches: a [Loader] of its own process, or one that a daemon runs for it.
///
/// Batches come in order of step, and within a step in order of rank. Ownership: the caller closes every batch, then
/// the source. Threading: any thread may open a stream, one at a time; a second one while the first runs is refused.
public interface BatchSource extends AutoCloseable {

    /// The stream as a publisher: cold, so each subscription starts at the step the source was opened at.
    ///
    /// Demand: exact. Signals come on a thread of the subscription. On cancel, on error and on completion everything
    /// that was not delivered is given back; delivered batches stay the subscriber's. An operator that drops a batch in
    /// a race with a cancel (`publishOn`, `flatMap`) leaves its slot leased until the source is closed.
    Flux<Batch> batches();

    /// The stream as a blocking iterator, from the step the source was opened at; the caller closes it.
    BatchIterator iterator();

    /// First step that is not delivered; `Long.MAX_VALUE` for an endless run.
    long stepCount();

    /// What to save so that a later run continues with `nextStep`.
    LoaderState state(long nextStep);

    /// Says that a checkpoint is safe which continues with `nextStep`, to whoever keeps account of it; while the stream
    /// is open that the steps before came from.
    void commit(long nextStep);

    /// What was done since the source was opened.
    LoaderCounters counters();

    /// Slots out now: delivered and not closed, or on their way.
    int leasedSlots();

    /// Ends the stream and reaps what was never given back.
    @Override
    void close();
}
