package dev.penstock.tier;

/// Where a block is that a job asked for, the longest way to go first.
public enum BlockPlace {
    /// Waits for room in RAM.
    QUEUED,
    /// On its way from the origin.
    AT_ORIGIN,
    /// On its way from the disk tier.
    ON_DISK,
    /// In RAM, or dropped from there since.
    ARRIVED
}
