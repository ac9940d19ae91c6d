package dev.penstock.index;

/// What an indexing run did.
///
/// @param samples in the dataset
/// @param shardsBuilt shards read and indexed
/// @param shardsKept shards whose index of an earlier run still held
/// @param objectsIgnored objects below the root that are no shard
/// @param counters over all shards
public record IndexReport(long samples, int shardsBuilt, int shardsKept, long objectsIgnored, IndexCounters counters) {}
