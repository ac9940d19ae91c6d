package dev.penstock.balance;

/// How much of the L × L score matrix the attention kernel computes.
public enum AttentionWork {
    /// Every score, whether it is masked afterwards or not.
    FULL(2),
    /// The causal half; kernels that skip masked blocks.
    CAUSAL_HALF(1);

    private final long scoresPerLayer;

    AttentionWork(long scoresPerLayer) {
        this.scoresPerLayer = scoresPerLayer;
    }

    /// Cost per layer and squared token in the unit of [CostModel#attention].
    long scoresPerLayer() {
        return scoresPerLayer;
    }
}
