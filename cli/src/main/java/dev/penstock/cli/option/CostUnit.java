package dev.penstock.cli.option;

import dev.penstock.balance.AttentionWork;
import dev.penstock.balance.CostModel;
import java.util.Locale;

/// What a sample is taken to cost.
public enum CostUnit {
    /// Its length.
    TOKENS,
    /// The work of a causal transformer over it, which grows with the square of the length.
    ATTENTION;

    /// The attention model where no model is trained: GPT-2's smallest shape, the usual yardstick.
    public static CostModel typicalAttention() {
        return CostModel.attention(12, 768, 50_257, AttentionWork.CAUSAL_HALF);
    }

    /// @param attention what [#ATTENTION] stands for
    CostModel model(CostModel attention) {
        return switch (this) {
            case TOKENS -> CostModel.tokens();
            case ATTENTION -> attention;
        };
    }

    /// The text of the option.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
