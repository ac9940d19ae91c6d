package dev.penstock.tier;

import java.nio.file.Path;

/// Where blocks are kept on local disk, and how many bytes of it.
///
/// @param directory used by one process at a time; created when missing
/// @param budgetBytes hard limit on what the tier writes there
public record DiskTierConfig(Path directory, long budgetBytes) {

    /// How many blocks the budget is for, each with its header.
    public long blocks(int blockBytes) {
        return Math.min(budgetBytes / Slab.frameBytes(blockBytes), Integer.MAX_VALUE);
    }
}
