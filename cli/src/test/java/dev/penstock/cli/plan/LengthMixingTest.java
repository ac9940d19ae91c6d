package dev.penstock.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LengthMixingTest {

    private static LengthMixing of(int[]... steps) {
        LengthMixing mixing = new LengthMixing();
        for (int[] lengths : steps) {
            for (int length : lengths) {
                mixing.add(length);
            }
            mixing.endStep();
        }
        return mixing;
    }

    @Test
    void untradedStepsAreWorthAllOfThemselves() {
        LengthMixing steps = of(new int[] {4, 1}, new int[] {4, 1});

        assertThat(steps.effectiveShare(steps, 1)).isEqualTo(1);
        assertThat(of().effectiveShare(of(), 1)).isEqualTo(1);
    }

    /// Mixed, each step has `(4² + 1²) / 5²`; sorted, `(4² + 4²) / 8²` and `(1 + 1) / 2²`, and as much again for pairs.
    @Test
    void stepsOfLikeLengthsAreWorthLessTheMoreLikeTheyAre() {
        LengthMixing mixed = of(new int[] {4, 1}, new int[] {4, 1});
        LengthMixing sorted = of(new int[] {4, 4}, new int[] {1, 1});

        assertThat(sorted.effectiveShare(mixed, 0)).isCloseTo(2 * 17 / 25.0, within(1e-12));
        assertThat(sorted.effectiveShare(mixed, 0.5)).isCloseTo(2 * 17 / 25.0 / 1.5, within(1e-12));
        assertThat(sorted.effectiveShare(mixed, 1)).isCloseTo(2 * 17 / 25.0 / 2, within(1e-12));
    }

    @Test
    void lengthsAreAlikeUpToAFactorOfTwo() {
        assertThat(of(new int[] {4, 7}).effectiveShare(of(new int[] {4, 8}), 1)).isCloseTo(80 / 144.0, within(1e-12));
    }
}
