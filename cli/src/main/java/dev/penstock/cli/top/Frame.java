package dev.penstock.cli.top;

import dev.penstock.cli.report.Amounts;
import dev.penstock.daemon.stats.ClientStats;
import dev.penstock.daemon.stats.DaemonStats;
import dev.penstock.daemon.stats.JobStats;
import dev.penstock.daemon.stats.StreamStats;
import dev.penstock.fetch.FetchCounters;
import dev.penstock.tier.TierCounters;
import dev.penstock.tier.TierUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A daemon at one moment as lines of text, none longer than there are columns: the whole, its tiers, and its clients.
public final class Frame {

    private final Change change;
    private final DaemonStats now;

    /// @param before the last look, for rates; empty for the first, whose rates are since everything began
    public Frame(Optional<DaemonStats> before, DaemonStats now) {
        this.change = new Change(before, now);
        this.now = now;
    }

    /// @param columns that a line may have
    public List<String> lines(int columns) {
        List<String> lines = new ArrayList<>();
        lines.add(summary());
        TierUse ram = now.cache().ram();
        lines.add("RAM     " + tier(ram, change.tiers(TierCounters::ramHits), change.tiers(TierCounters::ramMisses)));
        now.cache()
                .disk()
                .ifPresent(disk -> lines.add("disk    "
                        + tier(disk, change.tiers(TierCounters::diskHits), change.tiers(TierCounters::diskMisses))));
        lines.add(origin());
        lines.add(Amounts.format(
                "slots   %s of %s",
                Amounts.bytes(now.slots().reservedBytes()),
                Amounts.bytes(now.slots().budgetBytes())));
        lines.add("");
        lines.addAll(table(columns));
        return lines.stream()
                .map(line -> Shown.in(columns, line).stripTrailing())
                .toList();
    }

    private String summary() {
        long clients =
                now.jobs().stream().mapToLong(job -> job.clients().size()).sum();
        return Amounts.format(
                "penstock %d, up %s: %d jobs, %d clients, %d streams",
                now.pid(),
                time(now.uptime()),
                now.jobs().size(),
                clients,
                now.streams().size());
    }

    private static String time(Duration time) {
        return Amounts.format("%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }

    private static String tier(TierUse use, long hits, long misses) {
        return Amounts.format(
                "%s of %s, hits %s",
                Amounts.bytes(use.usedBytes()),
                Amounts.bytes(use.capacityBytes()),
                hits + misses == 0 ? "-" : Amounts.share((double) hits / (hits + misses)));
    }

    private String origin() {
        return Amounts.format(
                "origin  %s/s; %s hedges, %s retries, %s throttled",
                Amounts.bytes(change.originBytesPerSec()),
                Amounts.count(change.origin(FetchCounters::hedges)),
                Amounts.count(change.origin(FetchCounters::retries)),
                Amounts.count(change.origin(FetchCounters::throttles)));
    }

    private List<String> table(int columns) {
        List<Column> shown = Column.within(columns);
        List<String> lines = new ArrayList<>();
        lines.add(Column.titles(shown));
        for (JobStats job : now.jobs()) {
            for (ClientStats client : job.clients()) {
                lines.add(Column.row(shown, column -> cell(column, job, client)));
            }
        }
        return lines;
    }

    private String cell(Column column, JobStats job, ClientStats client) {
        Optional<StreamStats> stream = now.streams().stream()
                .filter(each -> client.stream().isPresent()
                        && each.stream() == client.stream().getAsInt())
                .findFirst();
        Change.OfClient done = change.of(job.job(), client);
        return switch (column) {
            case JOB -> job.job();
            case DATASET -> stream.map(StreamStats::dataset).orElse("");
            case RANK ->
                client.rank().isPresent() ? Integer.toString(client.rank().getAsInt()) : "all";
            case STEP -> Long.toString(client.step());
            case OF ->
                stream.filter(each -> each.steps().isPresent())
                        .map(each -> Long.toString(each.steps().getAsLong()))
                        .orElse("");
            case SAMPLES -> Amounts.count(Math.round(done.samplesPerSec()));
            case BYTES -> Amounts.format("%,.1f", done.bytesPerSec() / 1e6);
            case LAG -> Long.toString(client.lag());
            case HELD -> client.held() + "/" + client.credits();
            case FREE ->
                stream.map(StreamStats::slotUse)
                        .map(use -> Amounts.bytes(use.capacityBytes() - use.usedBytes()))
                        .orElse("");
            case FED -> Amounts.share(done.fedShare());
            case WAITS -> client.waitsFor().toString();
        };
    }
}
