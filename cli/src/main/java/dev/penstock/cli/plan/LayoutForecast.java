package dev.penstock.cli.plan;

import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.balance.PaddingCount;
import dev.penstock.batch.Layout;
import dev.penstock.batch.LongerThanRow;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What every layout would pad, side by side: the layout of the run, and one of each other kind.
///
/// Each is assigned and placed as the loader would do it, so the forecast of the run's layout is what is delivered.
/// Confined to one thread.
final class LayoutForecast {

    /// Shortest bucket that is forecast where none are stated, as a part of the longest.
    private static final int BUCKET_SPAN = 16;

    /// One layout, with the assigner that goes by it.
    private record Way(RankAssigner assigner, PaddingCount padding) {}

    private final Layout chosen;
    private final RankAssignment assignment;
    private final List<Way> ways;
    private long steps;

    /// @param policy of the run
    /// @param longest sample of the run
    /// @param assigner makes the run's assigner for a policy
    LayoutForecast(MicroBatchPolicy policy, int longest, int ranks, Function<MicroBatchPolicy, RankAssigner> assigner) {
        int cap = Math.clamp(policy.maxTokens(), 1, Math.max(1, longest));
        this.chosen = policy.layout();
        this.assignment = new RankAssignment(ranks);
        this.ways = Stream.of(new Layout.Packed(), new Layout.Padded(), fixed(cap), buckets(cap))
                .map(layout -> policy.withLayout(layout.getClass() == chosen.getClass() ? chosen : layout))
                .map(each -> new Way(assigner.apply(each), new PaddingCount(each.layout())))
                .toList();
    }

    private static Layout fixed(int cap) {
        return new Layout.Fixed(cap, LongerThanRow.SPLIT);
    }

    /// Powers of two below the cap, and the cap.
    private static Layout buckets(int cap) {
        return new Layout.Buckets(IntStream.iterate(BUCKET_SPAN, part -> part >= 1, part -> part / 2)
                .map(part -> Math.ceilDiv(cap, part))
                .distinct()
                .boxed()
                .toList());
    }

    /// Adds a step.
    void add(int[] lengths, int count) {
        steps++;
        for (Way way : ways) {
            way.assigner().assign(lengths, count, assignment);
            way.padding().add(lengths, assignment);
        }
    }

    private static String kind(Layout layout) {
        return switch (layout) {
            case Layout.Packed() -> "packed";
            case Layout.Padded() -> "padded";
            case Layout.Fixed _ -> "fixed";
            case Layout.Buckets _ -> "bucket";
        };
    }

    /// @param effectiveShare of the batch that is left as the run balances; no layout moves a sample to another step
    /// @param moved by the run's balance
    List<String> lines(double effectiveShare, Displacement moved) {
        List<String> lines = new ArrayList<>();
        lines.add("layouts, the run's marked *:");
        for (Way way : ways) {
            PaddingCount padding = way.padding();
            lines.add(Amounts.format(
                    "%s %-32s padding %7s; micro-batches per step %,.1f; effective batch %s; displaced %s",
                    padding.layout().equals(chosen) ? "*" : " ",
                    padding.layout(),
                    Amounts.share(padding.share()),
                    (double) padding.microBatches() / Math.max(1, steps),
                    Amounts.share(effectiveShare),
                    Amounts.share(moved.displacedShare())));
        }
        return lines;
    }

    List<Row> rows(double effectiveShare, Displacement moved) {
        List<Row> rows = new ArrayList<>();
        for (Way way : ways) {
            PaddingCount padding = way.padding();
            String kind = kind(padding.layout());
            rows.add(Row.of("padding_share_" + kind, padding.share(), "1", Better.LOWER));
            rows.add(Row.of(
                    "micro_batches_per_step_" + kind,
                    (double) padding.microBatches() / Math.max(1, steps),
                    "micro-batches",
                    Better.LOWER));
            rows.add(Row.of("effective_batch_share_" + kind, effectiveShare, "1", Better.HIGHER));
            rows.add(Row.of("displaced_share_" + kind, moved.displacedShare(), "1", Better.LOWER));
        }
        return rows;
    }
}
