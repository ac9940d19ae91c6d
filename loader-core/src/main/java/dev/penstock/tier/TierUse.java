package dev.penstock.tier;

/// How much of its room one tier uses.
///
/// @param usedBytes of frames that hold a block or are being filled, whole frames counted; never more than the capacity
/// @param capacityBytes of all frames
public record TierUse(long usedBytes, long capacityBytes) {}
