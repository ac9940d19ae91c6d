package dev.penstock.memory;

/// How much of its room a [SlotArena] uses.
///
/// @param leases slots that are out
/// @param usedBytes of those, in whole granules
/// @param capacityBytes of all
public record SlotUse(int leases, long usedBytes, long capacityBytes) {}
