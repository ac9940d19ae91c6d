package dev.penstock.memory;

/// Whether pages must stay in physical memory.
public enum PageLocking {

    /// Pages may be swapped out; nothing is asked of the kernel.
    OFF,

    /// Pages are locked where the limit allows it; a refusal is reported and survived.
    BEST_EFFORT,

    /// A refusal fails the allocation.
    REQUIRED
}
