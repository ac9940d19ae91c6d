package dev.penstock.cli.plan;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.List;

/// How much of the data comes in another step than the order says, and how far from it.
///
/// Confined to one thread.
final class Displacement {

    private long tokens;
    private long displacedTokens;
    private double tokenSteps;
    private long farthest;

    /// @param steps between the one that delivers the sample and the one that the order says
    void add(int length, long steps) {
        tokens += length;
        if (steps > 0) {
            displacedTokens += length;
            tokenSteps += (double) length * steps;
            farthest = Math.max(farthest, steps);
        }
    }

    double displacedShare() {
        return tokens == 0 ? 0 : (double) displacedTokens / tokens;
    }

    /// Mean over the displaced tokens.
    double meanSteps() {
        return displacedTokens == 0 ? 0 : tokenSteps / displacedTokens;
    }

    String text() {
        return Amounts.format(
                "displaces %s of the tokens, by %.1f steps on average and %d at most",
                Amounts.share(displacedShare()), meanSteps(), farthest);
    }

    List<Row> rows(String suffix) {
        return List.of(
                Row.of("displaced_share_" + suffix, displacedShare(), "1", Better.LOWER),
                Row.of("displaced_steps_" + suffix, meanSteps(), "steps", Better.LOWER)
                        .withSpread(0, farthest));
    }
}
