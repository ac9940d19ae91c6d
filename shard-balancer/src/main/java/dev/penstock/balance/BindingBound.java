package dev.penstock.balance;

/// What keeps the fullest rank from having less: the highest of three lower bounds on its load.
public enum BindingBound {
    /// All work shared equally, rounded up.
    MEAN,
    /// The dearest sample; some rank has to hold it.
    LARGEST_ITEM,
    /// Samples that have to share a rank: of the `k·R + 1` dearest, `k + 1` are on one of the R ranks, for the `k` that
    /// makes the cheapest `k + 1` of them dearest.
    SHARED_RANK
}
