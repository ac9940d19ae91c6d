package dev.penstock.cli.report;

import dev.penstock.tier.WarmUp;

/// How far a cache is on its way to be full, for a person.
public final class WarmUpText {

    private WarmUpText() {}

    /// Such as `1.20 GB of 4.00 GB cached, 70 s to go`.
    public static String of(WarmUp warmUp) {
        String amounts = Amounts.bytes(warmUp.bytes()) + " of " + Amounts.bytes(warmUp.targetBytes()) + " cached";
        return amounts
                + warmUp.remaining()
                        .map(left -> Amounts.format(", %,.0f s to go", Math.ceil(left.toMillis() / 1e3)))
                        .orElse("");
    }

    /// The same behind the text of a live line, for as long as the cache is not full.
    public static String behind(String line, WarmUp warmUp) {
        return warmUp.isComplete() ? line : line + ", " + of(warmUp);
    }
}
