package dev.penstock.cli.plan;

import dev.penstock.balance.BalanceCertificate;
import dev.penstock.balance.BindingBound;
import dev.penstock.balance.IdleTime;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The certificates of many steps under one way to balance.
///
/// Confined to one thread.
final class BalanceRecord {

    private final Map<BindingBound, Integer> bindings = new EnumMap<>(BindingBound.class);
    private final IdleTime idle = new IdleTime();
    private int steps;
    private double ratioSum;
    private double bestRatio = Double.POSITIVE_INFINITY;
    private double worstRatio;
    private @Nullable BalanceCertificate worst;

    void add(BalanceCertificate certificate) {
        steps++;
        idle.add(certificate.totalCost(), certificate.makespan(), certificate.ranks());
        ratioSum += certificate.ratio();
        bestRatio = Math.min(bestRatio, certificate.ratio());
        worstRatio = Math.max(worstRatio, certificate.ratio());
        bindings.merge(certificate.binding(), 1, Integer::sum);
        if (worst == null || certificate.idleShare() > worst.idleShare()) {
            worst = certificate;
        }
    }

    double meanRatio() {
        return ratioSum / steps;
    }

    /// Of the time of all steps together.
    double idleShare() {
        return idle.share();
    }

    /// The certificate of the step in which ranks idle most.
    BalanceCertificate worst() {
        if (worst == null) {
            throw new IllegalStateException("no step was planned");
        }
        return worst;
    }

    String line(String name) {
        return Amounts.format(
                "  %-8s mean %.4f, worst %.4f of the lower bound; idle %s (worst step %s)",
                name, meanRatio(), worstRatio, Amounts.share(idleShare()), Amounts.share(worst().idleShare()));
    }

    /// How often each bound was the one that binds.
    String bindingText() {
        StringBuilder text = new StringBuilder();
        bindings.forEach((bound, count) -> text.append(text.isEmpty() ? "" : ", ")
                .append(
                        switch (bound) {
                            case MEAN -> "mean load";
                            case LARGEST_ITEM -> "largest sample";
                            case SHARED_RANK -> "samples that have to share a rank";
                        })
                .append(Amounts.format(" in %,d", count)));
        return text.toString();
    }

    List<Row> rows(String suffix) {
        return List.of(
                Row.of("balance_ratio_" + suffix, meanRatio(), "1", Better.LOWER)
                        .withSpread(bestRatio, worstRatio),
                Row.of("idle_share_" + suffix, idleShare(), "1", Better.LOWER));
    }
}
