package dev.penstock.cli.plan;

import dev.penstock.balance.Packing;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import dev.penstock.plan.RankAssignment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What each way to shape the ranks' shares would compute for nothing.
///
/// Confined to one thread.
final class PackingForecast {

    private final int maxTokens;
    private final Map<Packing, Long> elements = new EnumMap<>(Packing.class);
    private long tokens;

    /// @param maxTokens cap of a micro-batch or row
    PackingForecast(int maxTokens) {
        this.maxTokens = maxTokens;
        Arrays.stream(Packing.values()).forEach(packing -> elements.put(packing, 0L));
    }

    void add(int[] lengths, RankAssignment assignment) {
        for (int rank = 0; rank < assignment.ranks(); rank++) {
            int from = assignment.firstItem(assignment.firstMicroBatch(rank));
            int to = assignment.firstItem(assignment.firstMicroBatch(rank + 1));
            int[] share = new int[to - from];
            for (int i = from; i < to; i++) {
                share[i - from] = lengths[assignment.item(i)];
                tokens += share[i - from];
            }
            elements.replaceAll((packing, sum) -> sum + packing.elements(share, maxTokens));
        }
    }

    private static String name(Packing packing) {
        return packing.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private double paddingShare(long computed) {
        return computed == 0 ? 0 : 1 - (double) tokens / computed;
    }

    String line() {
        List<String> shares = new ArrayList<>();
        elements.forEach(
                (packing, computed) -> shares.add(name(packing) + " " + Amounts.share(paddingShare(computed))));
        return Amounts.format(
                "padding, at %,d tokens per micro-batch or row, no sample leaving its step: %s",
                maxTokens, String.join(", ", shares));
    }

    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        elements.forEach((packing, computed) -> rows.add(
                Row.of("padding_share_" + name(packing).replace(' ', '_'), paddingShare(computed), "1", Better.LOWER)));
        return rows;
    }
}
