package dev.penstock.balance;

/// What keeps the fullest rank from having less: the highest of three lower bounds on its load.
public enum BindingBound {
    /// All work shared equally, rounded up.
    MEAN,
    /// The dearest sample; some rank has to hold it.
    LARGEST_ITEM,
    /// Samples R and R + 1 by cost: of the R + 1 dearest, two share one of the R ranks.
    PAIRING
}
