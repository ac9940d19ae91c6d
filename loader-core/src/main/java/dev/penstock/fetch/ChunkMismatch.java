package dev.penstock.fetch;

/// A chunk of a shard whose bytes are not those that were indexed.
///
/// @param offsetBytes of the chunk in the shard
/// @param expectedCrc32c as the index has it
/// @param foundCrc32c of the bytes that were read
record ChunkMismatch(String shard, long offsetBytes, int lengthBytes, int expectedCrc32c, int foundCrc32c) {}
