package dev.penstock.tier;

import java.util.Arrays;

/// Which block lies in which frame of a tier, and which one to drop: the block whose next use is furthest away.
///
/// Confined to its tier's lock. A frame is free, taken (being filled; unknown to [#find] and [#furthest]), or holds
/// a block that may be pinned.
final class FrameTable {

    /// The block of a frame that holds none.
    private static final int NONE = -1;

    private final NextUse nextUse;
    private final StepClock clock;
    private final int[] frameOfBlock;
    private final int[] blockOfFrame;
    private final int[] pins;

    /// Next use of each frame's block, valid while it lies after the clock.
    private final long[] nextUseOfFrame;

    private final int[] free;
    private int freeCount;

    /// Every frame begins taken.
    FrameTable(int frameCount, int blockCount, NextUse nextUse, StepClock clock) {
        this.nextUse = nextUse;
        this.clock = clock;
        this.frameOfBlock = new int[blockCount];
        this.blockOfFrame = new int[frameCount];
        this.pins = new int[frameCount];
        this.nextUseOfFrame = new long[frameCount];
        this.free = new int[frameCount];
        Arrays.fill(frameOfBlock, NONE);
        Arrays.fill(blockOfFrame, NONE);
    }

    int frameCount() {
        return blockOfFrame.length;
    }

    /// The frame that holds a block; negative when none does.
    int find(int block) {
        return frameOfBlock[block];
    }

    void pin(int frame) {
        pins[frame]++;
    }

    /// Takes one pin away and returns how many are left.
    int unpin(int frame) {
        return --pins[frame];
    }

    /// Takes the frame that was freed last; negative when none is free.
    int take() {
        return freeCount == 0 ? NONE : free[--freeCount];
    }

    /// Makes a taken frame free.
    void free(int frame) {
        free[freeCount++] = frame;
    }

    /// Puts a block into a taken frame, unpinned, and forgets what is known of its next use.
    void put(int frame, int block) {
        put(frame, block, Long.MIN_VALUE);
    }

    /// Puts a block into a taken frame, unpinned.
    ///
    /// @param nextUse believed while it lies after the clock
    void put(int frame, int block, long nextUse) {
        blockOfFrame[frame] = block;
        frameOfBlock[block] = frame;
        nextUseOfFrame[frame] = nextUse;
    }

    /// Replaces what is known of the next use of a frame's block.
    void defer(int frame, long nextUse) {
        nextUseOfFrame[frame] = nextUse;
    }

    /// Drops a frame's block; the frame is then taken.
    void drop(int frame) {
        frameOfBlock[blockOfFrame[frame]] = NONE;
        blockOfFrame[frame] = NONE;
    }

    /// The unpinned frame whose block is needed last; negative when every frame is pinned, taken or free.
    ///
    /// The optimal replacement of Belady (1966). Next uses are asked for here and nowhere else, and only where the
    /// clock has passed the last answer, so that a scan is a walk over an array.
    int furthest() {
        int furthest = NONE;
        long latest = Long.MIN_VALUE;
        long now = clock.step();
        for (int frame = 0; frame < blockOfFrame.length; frame++) {
            if (blockOfFrame[frame] == NONE || pins[frame] > 0) {
                continue;
            }
            if (nextUseOfFrame[frame] <= now) {
                nextUseOfFrame[frame] = nextUse.nextUse(blockOfFrame[frame], now);
            }
            if (nextUseOfFrame[frame] > latest) {
                latest = nextUseOfFrame[frame];
                furthest = frame;
                if (latest == NextUse.NEVER) {
                    return furthest;
                }
            }
        }
        return furthest;
    }

    /// The next use of a frame's block, as [#furthest()] left it.
    long nextUseOf(int frame) {
        return nextUseOfFrame[frame];
    }
}
