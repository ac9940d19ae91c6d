package dev.penstock.bench.daemon;

import dev.penstock.bench.measure.Measurements;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// How long a batch takes from being ready to being the client's, as [HandOffTimes] defines it, at every [Pace].
///
/// The control is the same of a loader in the consumer's own process, which has one thread fewer on the way and no
/// socket. Every round has a stream of its own.
final class HandOff {

    private static final double GOAL_P50_MICROS = 30;
    private static final double GOAL_P99_MICROS = 200;

    /// The first batches of a stream wait for more than a hand-off.
    private static final int UNTIMED_PART = 4;

    private final Setting setting;
    private final int batches;
    private final Map<Pace, List<HandOffTimes>> daemon = new EnumMap<>(Pace.class);
    private final Map<Pace, List<HandOffTimes>> inProcess = new EnumMap<>(Pace.class);

    /// @param batches of a round, where the consumer does not work between them
    HandOff(Setting setting, int batches) {
        this.setting = setting;
        this.batches = batches;
    }

    void round(ConsumerProcess attached, ConsumerProcess own) {
        for (Pace pace : Pace.values()) {
            attached.open(setting.attached("hand-off", pace.decodeThreads));
            add(daemon, pace, attached);
            own.open(setting.inProcess(pace.decodeThreads));
            add(inProcess, pace, own);
        }
    }

    private void add(Map<Pace, List<HandOffTimes>> rounds, Pace pace, ConsumerProcess consumer) {
        int timed = Math.max(1, batches / pace.divisor);
        rounds.computeIfAbsent(pace, _ -> new ArrayList<>())
                .add(consumer.handOff(timed / UNTIMED_PART, timed, pace.workNanos));
    }

    void forget() {
        daemon.clear();
        inProcess.clear();
    }

    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Pace pace : Pace.values()) {
            Row p50 = row(pace, "p50_us", "µs", times -> pace.micros(times, 50));
            Row p99 = row(pace, "p99_us", "µs", times -> pace.micros(times, 99));
            // With every core decoding, the time is the scheduler's; nothing is promised of it.
            rows.add(pace == Pace.CROWDED ? p50 : p50.withGoal(GOAL_P50_MICROS));
            rows.add(pace == Pace.CROWDED ? p99 : p99.withGoal(GOAL_P99_MICROS));
            rows.add(row(pace, "share_of_batches", "1", pace::share));
        }
        return rows;
    }

    private Row row(Pace pace, String name, String unit, ToDoubleFunction<HandOffTimes> value) {
        return over(daemon, pace, value)
                .row("handoff_" + pace + "_" + name, unit, unit.equals("1") ? Better.HIGHER : Better.LOWER)
                .withControl(over(inProcess, pace, value).median());
    }

    private static Measurements over(
            Map<Pace, List<HandOffTimes>> rounds, Pace pace, ToDoubleFunction<HandOffTimes> value) {
        return Measurements.of(
                rounds.getOrDefault(pace, List.of()).stream().mapToDouble(value).toArray());
    }

    /// For the line to quote.
    double medianMicros(Pace pace, double percentile) {
        return over(daemon, pace, times -> pace.micros(times, percentile)).median();
    }
}
