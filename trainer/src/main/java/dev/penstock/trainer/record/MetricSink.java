package dev.penstock.trainer.record;

/// Where the curves of a run go, beside its own files.
///
/// A sink never fails and never waits: what it cannot take is missing from it, and counted.
///
/// Threading: confined to the training thread, apart from [#counters()].
public interface MetricSink extends AutoCloseable {

    /// What reports call it.
    String name();

    void record(StepMetrics metrics);

    /// Says that the run has reached its end; closing without it says that it broke off.
    void complete();

    SinkCounters counters();

    /// Delivers what is left, within a time that is bounded.
    @Override
    void close();
}
