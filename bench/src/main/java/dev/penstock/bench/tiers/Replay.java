package dev.penstock.bench.tiers;

/// A cache policy, worked out over a sequence of block uses that is known from end to end.
interface Replay {

    /// Uses of a block that is cached.
    ///
    /// @param uses blocks in the order of their use
    /// @param blockCount blocks there are
    /// @param frameCount blocks that fit
    int hits(int[] uses, int blockCount, int frameCount);
}
