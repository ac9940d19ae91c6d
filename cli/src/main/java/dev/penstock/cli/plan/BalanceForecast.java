package dev.penstock.cli.plan;

import dev.penstock.balance.BalanceCertificate;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.cli.option.Balance;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Row;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Assigns the steps of a run under every way to balance and compares the certificates.
///
/// Confined to one thread.
public final class BalanceForecast {

    /// Which samples a rank gets in one micro-batch of a step.
    ///
    /// @param ids dataset-wide sample numbers, in batch order
    public record MicroBatch(long step, int rank, int microBatch, List<Long> ids) {}

    private final CostModel cost;
    private final RankAssignment assignment;
    private final Map<Balance, RankAssigner> assigners = new EnumMap<>(Balance.class);
    private final Map<Balance, BalanceRecord> records = new EnumMap<>(Balance.class);
    private final LengthHistogram histogram = new LengthHistogram();

    public BalanceForecast(CostModel cost, MicroBatchPolicy policy, int ranks) {
        this.cost = cost;
        this.assignment = new RankAssignment(ranks);
        for (Balance balance : Balance.values()) {
            assigners.put(balance, balance.assigner(cost, policy));
            records.put(balance, new BalanceRecord());
        }
    }

    /// Plans one step under every way to balance.
    ///
    /// @param told the micro-batches under one of them
    public void plan(StepLengths lengths, long step, Balance chosen, Consumer<MicroBatch> told) {
        lengths.load(step);
        for (int item = 0; item < lengths.count(); item++) {
            histogram.add(lengths.lengths()[item]);
        }
        assigners.forEach((balance, assigner) -> {
            assigner.assign(lengths.lengths(), lengths.count(), assignment);
            record(balance).add(BalanceCertificate.packed(cost, lengths.lengths(), assignment));
            if (balance == chosen) {
                tell(lengths, step, told);
            }
        });
    }

    private void tell(StepLengths lengths, long step, Consumer<MicroBatch> told) {
        for (int rank = 0; rank < assignment.ranks(); rank++) {
            for (int m = 0; m < assignment.microBatchCount(rank); m++) {
                int global = assignment.firstMicroBatch(rank) + m;
                List<Long> ids = new ArrayList<>();
                for (int i = assignment.firstItem(global); i < assignment.firstItem(global + 1); i++) {
                    ids.add(lengths.sample(assignment.item(i)));
                }
                told.accept(new MicroBatch(step, rank, m, ids));
            }
        }
    }

    private BalanceRecord record(Balance balance) {
        BalanceRecord found = records.get(balance);
        if (found == null) {
            throw new IllegalStateException("no record of " + balance);
        }
        return found;
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(Amounts.format("lengths: mean %.1f, longest %,d", histogram.mean(), histogram.longest()));
        lines.addAll(histogram.lines());
        lines.add("balance, fullest rank over its lower bound:");
        records.forEach((balance, record) -> lines.add(record.line(balance.toString())));
        BalanceRecord exact = record(Balance.EXACT);
        lines.add("  what binds: " + exact.bindingText() + " steps");
        lines.add("  worst step: " + exact.worst().advice());
        return lines;
    }

    public List<Row> rows() {
        return Arrays.stream(Balance.values())
                .flatMap(balance -> record(balance).rows(balance.toString()).stream())
                .toList();
    }
}
