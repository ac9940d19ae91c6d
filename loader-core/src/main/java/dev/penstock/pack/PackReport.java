package dev.penstock.pack;

import dev.penstock.index.IndexReport;

/// What a packing run did.
///
/// @param members files or lines packed
/// @param payloadBytes of their content
/// @param shards written
/// @param filteredOut files whose name has none of the wanted suffixes
/// @param notRegular symbolic links and special files, which are not packed
/// @param index of the new dataset
public record PackReport(
        long members, long payloadBytes, int shards, long filteredOut, long notRegular, IndexReport index) {}
