package dev.penstock.cli.plan;

import dev.penstock.balance.BalanceCertificate;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Layout;
import dev.penstock.cli.option.Balance;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import dev.penstock.error.ConfigurationException;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import dev.penstock.plan.StepSamples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Assigns the steps of a run under every way to balance and compares the certificates. A delay that only serves the
/// comparison is left out where it cannot be planned.
///
/// Confined to one thread.
public final class BalanceForecast {

    /// What delay is compared with when another way was chosen.
    private static final Balance.Delay USUAL_DELAY = new Balance.Delay(8);

    /// Which samples a rank gets in one micro-batch of a step.
    ///
    /// @param ids dataset-wide sample numbers, in batch order
    public record MicroBatch(long step, int rank, int microBatch, List<Long> ids) {}

    /// One way to balance, with what it needs and what came of it.
    private record Way(
            Balance balance,
            StepSamples samples,
            RankAssigner assigner,
            BalanceRecord record,
            RankLoads loads,
            Displacement moved,
            LengthMixing mixing) {}

    private final CostModel cost;
    private final Layout layout;
    private final GlobalBatches batches;
    private final RankAssignment assignment;
    private final Balance chosen;
    private final Way off;
    private final Way exact;
    private @Nullable Way delay;
    private String leftOut = "";
    private final LengthHistogram histogram = new LengthHistogram();
    private final LayoutForecast layouts;
    private final double correlation;

    /// @param chosen the way of the run
    /// @param lengthOf length of a sample by its number, in cost units
    /// @param longest of them
    /// @param correlation of samples of like length, 0 to 1, for the effective batch size
    public BalanceForecast(
            CostModel cost,
            MicroBatchPolicy policy,
            int ranks,
            Balance chosen,
            SampleOrder order,
            GlobalBatches batches,
            LongToIntFunction lengthOf,
            int longest,
            double correlation) {
        this.cost = cost;
        this.layout = policy.layout();
        this.batches = batches;
        this.assignment = new RankAssignment(ranks);
        this.chosen = chosen;
        this.layouts = new LayoutForecast(policy, longest, ranks, each -> chosen.assigner(cost, each));
        this.correlation = correlation;
        this.off = way(new Balance.Off(), policy, order, lengthOf);
        this.exact = way(new Balance.Exact(), policy, order, lengthOf);
        this.delay = way(chosen instanceof Balance.Delay stated ? stated : USUAL_DELAY, policy, order, lengthOf);
    }

    private Way way(Balance balance, MicroBatchPolicy policy, SampleOrder order, LongToIntFunction lengthOf) {
        return new Way(
                balance,
                new StepSamples(order, batches, balance.regrouping(cost), assignment.ranks(), lengthOf),
                balance.assigner(cost, policy),
                new BalanceRecord(),
                new RankLoads(assignment.ranks()),
                new Displacement(),
                new LengthMixing());
    }

    private Way chosenWay() {
        return ways().stream()
                .filter(way -> way.balance().equals(chosen))
                .findFirst()
                .orElseThrow();
    }

    private List<Way> ways() {
        return delay == null ? List.of(off, exact) : List.of(off, exact, delay);
    }

    /// Plans one step under every way to balance.
    ///
    /// @param told the micro-batches under the chosen one
    public void plan(long step, Consumer<MicroBatch> told) {
        for (Way way : ways()) {
            try {
                plan(way, step, told);
            } catch (ConfigurationException refused) {
                leaveOut(way, refused);
            }
        }
        for (int item = 0; item < off.samples().count(); item++) {
            histogram.add(off.samples().lengths()[item]);
        }
    }

    private void plan(Way way, long step, Consumer<MicroBatch> told) {
        StepSamples samples = way.samples();
        samples.load(step);
        way.assigner().assign(samples.lengths(), samples.count(), assignment);
        way.record().add(BalanceCertificate.of(cost, samples.lengths(), assignment, layout));
        way.loads().add(cost, samples.lengths(), assignment);
        for (int item = 0; item < samples.count(); item++) {
            long own = batches.stepOf(samples.position(item));
            way.moved().add(samples.lengths()[item], Math.abs(step - own));
            way.mixing().add(samples.lengths()[item]);
        }
        way.mixing().endStep();
        if (way.balance().equals(chosen)) {
            tell(samples, step, told);
            layouts.add(samples.lengths(), samples.count());
        }
    }

    /// A window of steps may cost more than 64 bits hold where no step does: no reason to refuse a run without windows.
    private void leaveOut(Way way, ConfigurationException refused) {
        if (way.balance().equals(chosen) || !(way.balance() instanceof Balance.Delay)) {
            throw refused;
        }
        delay = null;
        leftOut = "  " + way.balance() + " is left out: " + refused.getMessage();
    }

    private void tell(StepSamples samples, long step, Consumer<MicroBatch> told) {
        for (int rank = 0; rank < assignment.ranks(); rank++) {
            for (int m = 0; m < assignment.microBatchCount(rank); m++) {
                int global = assignment.firstMicroBatch(rank) + m;
                List<Long> ids = new ArrayList<>();
                for (int i = assignment.firstItem(global); i < assignment.firstItem(global + 1); i++) {
                    ids.add(samples.sample(assignment.item(i)));
                }
                told.accept(new MicroBatch(step, rank, m, ids));
            }
        }
    }

    LengthHistogram histogram() {
        return histogram;
    }

    /// Rank loads by way to balance.
    Map<String, RankLoads> loads() {
        Map<String, RankLoads> loads = new LinkedHashMap<>();
        ways().forEach(way -> loads.put(way.balance().toString(), way.loads()));
        return loads;
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(Amounts.format("lengths: mean %.1f, longest %,d", histogram.mean(), histogram.longest()));
        lines.addAll(histogram.lines());
        lines.add("rank loads over their mean, fullest to emptiest:");
        for (Way way : ways()) {
            lines.add(Amounts.format("  %-8s %s", way.balance(), loadsText(way.loads())));
        }
        lines.add("balance, fullest rank over its lower bound:");
        for (Way way : ways()) {
            lines.add(way.record().line(way.balance().toString()));
        }
        if (!(layout instanceof Layout.Packed)) {
            lines.add("  costs are of samples, not of padding, which a rank computes as well");
        }
        BalanceRecord record = chosenWay().record();
        lines.add(Amounts.format("  what binds %s: %s steps", chosen, record.bindingText()));
        lines.add(
                Amounts.format("  worst step of %s: %s", chosen, record.worst().advice()));
        lines.add(delay == null ? leftOut : text(delay));
        if (delay != null && delay.record().idleShare() > exact.record().idleShare()) {
            lines.add(
                    Amounts.format("  %s does not help here: ranks idle for longer than with exact", delay.balance()));
        }
        chosen.remark(assignment.ranks()).ifPresent(lines::add);
        lines.addAll(layouts.lines(
                chosenWay().mixing().effectiveShare(off.mixing(), correlation),
                chosenWay().moved()));
        return lines;
    }

    private String text(Way way) {
        return Amounts.format(
                "  %s %s; effective batch %s at correlation %.2f of samples of like length",
                way.balance(),
                way.moved().text(),
                Amounts.share(way.mixing().effectiveShare(off.mixing(), correlation)),
                correlation);
    }

    /// Five places at most: the ends and what lies evenly between.
    private static String loadsText(RankLoads loads) {
        int shown = Math.min(5, loads.ranks());
        return IntStream.range(0, shown)
                .map(i -> shown == 1 ? 0 : i * (loads.ranks() - 1) / (shown - 1))
                .mapToObj(place -> Amounts.format("%.3f", loads.atPlace(place)))
                .collect(Collectors.joining("  "));
    }

    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Way way : ways()) {
            rows.addAll(way.record().rows(way.balance().kind()));
        }
        if (delay != null) {
            rows.addAll(delay.moved().rows(delay.balance().kind()));
            rows.add(Row.of(
                    "effective_batch_share_delay",
                    delay.mixing().effectiveShare(off.mixing(), correlation),
                    "1",
                    Better.HIGHER));
        }
        rows.addAll(layouts.rows(
                chosenWay().mixing().effectiveShare(off.mixing(), correlation),
                chosenWay().moved()));
        return rows;
    }
}
