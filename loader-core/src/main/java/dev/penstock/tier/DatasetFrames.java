package dev.penstock.tier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where the blocks of one dataset lie in one tier, and the jobs that will need them; confined to the tier's lock.
///
/// Four bytes of heap per block.
final class DatasetFrames {

    private static final int NONE = -1;

    final BlockMap map;

    /// Of the jobs attached now; empty when nobody reads the dataset.
    final List<NextUses> jobs = new ArrayList<>();

    private final int[] frameOfBlock;
    private int heldBlocks;
    private long heldBytes;

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
        heldBytes += map.lengthBytes(block);
    }

    void drop(int block) {
        frameOfBlock[block] = NONE;
        heldBlocks--;
        heldBytes -= map.lengthBytes(block);
    }

    int heldBlocks() {
        return heldBlocks;
    }

    long heldBytes() {
        return heldBytes;
    }
}
