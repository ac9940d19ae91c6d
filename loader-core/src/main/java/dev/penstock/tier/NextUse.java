package dev.penstock.tier;

import java.util.BitSet;

/// The future of a job's reads, which its order knows.
///
/// Called under a tier's lock, from any thread: it must not block and must not call a tier.
@FunctionalInterface
public interface NextUse {

    /// The step of a block that is not needed again; later than every step.
    long NEVER = Long.MAX_VALUE;

    /// The first step after `afterStep` at which the job needs the block, [#NEVER] when there is none.
    long nextUse(int block, long afterStep);

    /// The blocks that the job needs at some step, and perhaps some that it does not; asked for seldom.
    ///
    /// Not called under a lock of a tier.
    default BitSet usedBlocks(int blockCount) {
        BitSet all = new BitSet(blockCount);
        all.set(0, blockCount);
        return all;
    }
}
