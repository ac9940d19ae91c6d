package dev.penstock.index;

/// What an index cache has done so far.
///
/// @param hits datasets opened from the cache
/// @param misses datasets whose index was read from the origin
/// @param tornFiles cached files that were not whole, and were fetched again
/// @param failures of the cache's own disk that were survived: read-only, full, not there
/// @param unansweredOpens datasets opened from the cache although the origin gave no answer
public record IndexCacheCounters(long hits, long misses, long tornFiles, long failures, long unansweredOpens) {}
