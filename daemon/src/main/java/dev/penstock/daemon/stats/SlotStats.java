package dev.penstock.daemon.stats;

/// The slot memory of all streams.
///
/// @param reservedBytes that streams have
/// @param budgetBytes that they can have
public record SlotStats(long reservedBytes, long budgetBytes) {}
