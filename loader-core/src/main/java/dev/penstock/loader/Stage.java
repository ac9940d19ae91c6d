package dev.penstock.loader;

/// What a batch is waiting for, from its plan to its delivery, in that order.
public enum Stage {
    /// Deciding what is in the batch.
    PLAN,
    /// Room in the page-locked slots: the consumer holds them.
    SLOT,
    /// Blocks on their way from the origin or the disk tier.
    FETCH,
    /// Copying and verifying samples.
    DECODE
}
