package dev.penstock.tier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Where the blocks of one dataset lie in one tier, and the jobs that will need them; confined to the tier's lock.
///
/// Four bytes of heap per block, and a bit for whether it is needed at all.
final class DatasetFrames {

    private static final int NONE = -1;

    final BlockMap map;

    /// Of the jobs attached now; empty when nobody reads the dataset.
    final List<NextUses> jobs = new ArrayList<>();

    private final int[] frameOfBlock;
    private int heldBlocks;
    private BitSet needed = new BitSet();
    private int neededBlocks;
    private long neededBytes;
    private int heldNeededBlocks;
    private long heldNeededBytes;

    DatasetFrames(BlockMap map) {
        this.map = map;
        this.frameOfBlock = new int[map.blockCount()];
        Arrays.fill(frameOfBlock, NONE);
    }

    /// The frame that holds a block; negative when none does.
    int find(int block) {
        return frameOfBlock[block];
    }

    void put(int block, int frame) {
        frameOfBlock[block] = frame;
        heldBlocks++;
        count(block, 1);
    }

    void drop(int block) {
        frameOfBlock[block] = NONE;
        heldBlocks--;
        count(block, -1);
    }

    private void count(int block, int sign) {
        if (needed.get(block)) {
            heldNeededBlocks += sign;
            heldNeededBytes += (long) sign * map.lengthBytes(block);
        }
    }

    /// Says which blocks the dataset's jobs need at all.
    void need(BitSet blocks) {
        needed = blocks;
        neededBlocks = blocks.cardinality();
        neededBytes = blocks.stream().mapToLong(map::lengthBytes).sum();
        heldNeededBlocks = 0;
        heldNeededBytes = 0;
        blocks.stream().filter(block -> frameOfBlock[block] >= 0).forEach(block -> count(block, 1));
    }

    int heldBlocks() {
        return heldBlocks;
    }

    int neededBlocks() {
        return neededBlocks;
    }

    long neededBytes() {
        return neededBytes;
    }

    int heldNeededBlocks() {
        return heldNeededBlocks;
    }

    long heldNeededBytes() {
        return heldNeededBytes;
    }
}
