package dev.penstock.cli.report;

import dev.penstock.fetch.FetchCounters;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.loader.Stage;
import dev.penstock.tier.TierCounters;
import dev.penstock.tier.WarmUp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What loaders did in a stretch of time, as rows and as text; one loader's, or the sum of several ranks'.
///
/// @param elapsedNanos from asking for the first batch to the end of the last step
/// @param waitNanos how long the consumer waited, by stage in the order of [Stage]; of several ranks the one that
///     waited longest, as the others wait for it
/// @param paddingBytes delivered beside the payload
/// @param ramBytes payload that was in RAM when its batch was begun
/// @param tiers what RAM and disk did
/// @param fetch how blocks were read from the origin
/// @param indexRequests sent to the origin for the index and the state of shards
/// @param balanceRatio mean over steps of the fullest rank's cost over its lower bound
/// @param warmBytes the largest tier holds in the end, of `warmTargetBytes` that it can hold of this data
/// @param fillBytesPerSec how fast it was filling then
public record LoaderReport(
        long elapsedNanos,
        long batches,
        long samples,
        long payloadBytes,
        long paddingBytes,
        double balanceRatio,
        List<Long> waitNanos,
        long ramBytes,
        TierCounters tiers,
        FetchCounters fetch,
        long indexRequests,
        long warmBytes,
        long warmTargetBytes,
        double fillBytesPerSec) {

    public LoaderReport {
        waitNanos = List.copyOf(waitNanos);
    }

    public static LoaderReport of(LoaderCounters counters, long elapsedNanos) {
        List<Long> waits = new ArrayList<>();
        for (Stage stage : Stage.values()) {
            waits.add(counters.waits().getOrDefault(stage, Duration.ZERO).toNanos());
        }
        return new LoaderReport(
                elapsedNanos,
                counters.batches(),
                counters.samples(),
                counters.payloadBytes(),
                counters.paddingBytes(),
                counters.meanBalanceRatio(),
                waits,
                counters.residentBytes(),
                counters.tiers(),
                counters.fetch(),
                counters.indexRequests(),
                counters.warmUp().bytes(),
                counters.warmUp().targetBytes(),
                counters.warmUp().bytesPerSec());
    }

    /// Both together, as of two ranks that ran side by side.
    public LoaderReport beside(LoaderReport other) {
        return new LoaderReport(
                Math.max(elapsedNanos, other.elapsedNanos),
                batches + other.batches,
                samples + other.samples,
                payloadBytes + other.payloadBytes,
                paddingBytes + other.paddingBytes,
                meanBalanceRatio(other),
                waited() >= other.waited() ? waitNanos : other.waitNanos,
                ramBytes + other.ramBytes,
                tiers.plus(other.tiers),
                fetch.plus(other.fetch),
                indexRequests + other.indexRequests,
                warmBytes + other.warmBytes,
                warmTargetBytes + other.warmTargetBytes,
                fillBytesPerSec + other.fillBytesPerSec);
    }

    private WarmUp warmUp() {
        return new WarmUp(warmBytes, warmTargetBytes, fillBytesPerSec);
    }

    private double meanBalanceRatio(LoaderReport other) {
        long both = batches + other.batches;
        return both == 0 ? 1 : (balanceRatio * batches + other.balanceRatio * other.batches) / both;
    }

    private long waited() {
        return waitNanos.stream().mapToLong(Long::longValue).sum();
    }

    /// Share of the time in which the consumer was not waiting for a batch.
    public double fedShare() {
        return elapsedNanos == 0 ? 1 : Math.max(0, 1 - (double) waited() / elapsedNanos);
    }

    public double samplesPerSec() {
        return samples / Amounts.seconds(elapsedNanos);
    }

    public double bytesPerSec() {
        return payloadBytes / Amounts.seconds(elapsedNanos);
    }

    private long diskDamaged() {
        return tiers.tornBlocks() + tiers.diskReadFailures();
    }

    private long originRequests() {
        return fetch.requests() + indexRequests;
    }

    /// Share of the delivered bytes that belong to no sample.
    public double paddingShare() {
        return paddingBytes == 0 ? 0 : 1 - (double) payloadBytes / (payloadBytes + paddingBytes);
    }

    private double ramShare() {
        return payloadBytes == 0 ? 0 : (double) ramBytes / payloadBytes;
    }

    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of("batches", batches, "batches", Better.HIGHER));
        rows.add(Row.of("samples", samples, "samples", Better.HIGHER));
        rows.add(Row.of("bytes", payloadBytes, "B", Better.HIGHER));
        rows.add(Row.of("seconds", Amounts.seconds(elapsedNanos), "s", Better.LOWER));
        rows.add(Row.of("samples_per_s", samplesPerSec(), "samples/s", Better.HIGHER));
        rows.add(Row.of("mb_per_s", bytesPerSec() / 1e6, "MB/s", Better.HIGHER));
        rows.add(Row.of("fed_share", fedShare(), "1", Better.HIGHER));
        for (Stage stage : Stage.values()) {
            String metric = "wait_" + stage.name().toLowerCase(Locale.ROOT) + "_s";
            rows.add(Row.of(metric, Amounts.seconds(waitNanos.get(stage.ordinal())), "s", Better.LOWER));
        }
        rows.add(Row.of("balance_ratio", balanceRatio, "1", Better.LOWER).withGoal(1.001));
        rows.add(Row.of("padding_share", paddingShare(), "1", Better.LOWER));
        rows.add(Row.of("ram_bytes", ramBytes, "B", Better.HIGHER));
        rows.add(Row.of("ram_hits", tiers.ramHits(), "blocks", Better.HIGHER));
        rows.add(Row.of("ram_misses", tiers.ramMisses(), "blocks", Better.LOWER));
        rows.add(Row.of("ram_prefetches", tiers.ramPrefetches(), "blocks", Better.HIGHER));
        rows.add(Row.of("ram_evictions", tiers.ramEvictions(), "blocks", Better.LOWER));
        rows.add(Row.of("failed_loads", tiers.failedLoads(), "blocks", Better.LOWER));
        rows.add(Row.of("disk_hits", tiers.diskHits(), "blocks", Better.HIGHER));
        rows.add(Row.of("disk_bytes", tiers.diskHitBytes(), "B", Better.HIGHER));
        rows.add(Row.of("disk_misses", tiers.diskMisses(), "blocks", Better.LOWER));
        rows.add(Row.of("disk_writes", tiers.diskWrites(), "blocks", Better.LOWER));
        rows.add(Row.of("disk_write_bytes", tiers.diskWriteBytes(), "B", Better.LOWER));
        rows.add(Row.of("disk_evictions", tiers.diskEvictions(), "blocks", Better.LOWER));
        rows.add(Row.of("disk_bypasses", tiers.diskBypasses(), "blocks", Better.LOWER));
        rows.add(Row.of("disk_damaged_blocks", diskDamaged(), "blocks", Better.LOWER));
        rows.add(Row.of("disk_write_failures", tiers.diskWriteFailures(), "blocks", Better.LOWER));
        rows.add(Row.of("origin_bytes", fetch.usefulBytes(), "B", Better.LOWER));
        rows.add(Row.of("origin_requests", originRequests(), "requests", Better.LOWER));
        rows.add(Row.of("index_requests", indexRequests, "requests", Better.LOWER));
        rows.add(Row.of("origin_queue_s", Amounts.seconds(fetch.queueNanos()), "s", Better.LOWER));
        rows.add(Row.of("origin_limit", fetch.limit(), "requests", Better.HIGHER));
        rows.add(Row.of("wire_over_useful", fetch.wireOverUseful(), "1", Better.LOWER));
        rows.add(Row.of("hedges", fetch.hedges(), "requests", Better.LOWER));
        rows.add(Row.of("hedges_won", fetch.hedgesWon(), "requests", Better.HIGHER));
        rows.add(Row.of("hedges_refused", fetch.hedgesRefused(), "requests", Better.LOWER));
        rows.add(Row.of("hedge_bytes", fetch.hedgeBytes(), "B", Better.LOWER));
        rows.add(Row.of("retries", fetch.retries(), "requests", Better.LOWER));
        rows.add(Row.of("throttles", fetch.throttles(), "requests", Better.LOWER));
        rows.add(Row.of("corrupt_refetched", fetch.corruptBlocks(), "blocks", Better.LOWER));
        rows.add(Row.of("warm_bytes", warmBytes, "B", Better.HIGHER));
        rows.add(Row.of("warm_target_bytes", warmTargetBytes, "B", Better.HIGHER));
        warmUp().remaining()
                .ifPresent(left -> rows.add(Row.of("warm_eta_s", Amounts.seconds(left.toNanos()), "s", Better.LOWER)));
        return rows;
    }

    /// A few lines for a person.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(Amounts.format(
                "throughput  %s samples/s, %s/s (%s samples, %s in %.2f s)",
                Amounts.count(Math.round(samplesPerSec())),
                Amounts.bytes(bytesPerSec()),
                Amounts.count(samples),
                Amounts.bytes(payloadBytes),
                Amounts.seconds(elapsedNanos)));
        lines.add(Amounts.format("fed         %s of the time; waited %s", Amounts.share(fedShare()), waitText()));
        lines.add(Amounts.format("balance     %.4f of its lower bound (mean over steps; 1 is optimal)", balanceRatio));
        if (paddingBytes > 0) {
            lines.add(Amounts.format(
                    "padding     %s of what was delivered (%s)",
                    Amounts.share(paddingShare()), Amounts.bytes(paddingBytes)));
        }
        lines.add(Amounts.format(
                "tiers       %s of the samples' bytes were in RAM when wanted (%s); blocks of %s from disk, %s from the"
                        + " origin%s%s",
                Amounts.share(ramShare()),
                Amounts.bytes(ramBytes),
                Amounts.bytes(tiers.diskHitBytes()),
                Amounts.bytes(fetch.usefulBytes()),
                diskDamaged() == 0 ? "" : "; " + diskDamaged() + " damaged blocks on disk fetched again",
                tiers.diskWriteFailures() == 0
                        ? ""
                        : "; " + tiers.diskWriteFailures() + " disk write failures, went on without"));
        if (originRequests() > 0) {
            lines.add(originText());
        }
        if (!warmUp().isComplete()) {
            lines.add("warm-up     " + WarmUpText.of(warmUp()));
        }
        return lines;
    }

    private String originText() {
        return Amounts.format(
                "origin      %s requests, %s of them for the index, brought %.3f times the bytes wanted%s%s%s%s",
                Amounts.count(originRequests()),
                Amounts.count(indexRequests),
                fetch.wireOverUseful(),
                fetch.hedges() == 0 ? "" : "; " + fetch.hedges() + " hedges, of which " + fetch.hedgesWon() + " won",
                fetch.retries() == 0 ? "" : "; " + fetch.retries() + " retries",
                fetch.throttles() == 0 ? "" : "; throttled " + fetch.throttles() + " times",
                fetch.corruptBlocks() == 0 ? "" : "; " + fetch.corruptBlocks() + " corrupt blocks fetched again");
    }

    private String waitText() {
        List<String> parts = new ArrayList<>();
        for (Stage stage : Stage.values()) {
            long nanos = waitNanos.get(stage.ordinal());
            if (nanos > 0) {
                parts.add(Amounts.format(
                        "%.3f s for %s", Amounts.seconds(nanos), stage.name().toLowerCase(Locale.ROOT)));
            }
        }
        return parts.isEmpty() ? "for nothing" : String.join(", ", parts);
    }
}
