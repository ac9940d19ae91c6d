package dev.penstock.tier;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/// The frames of a slab whose blocks belong to no dataset known in this run; confined to the tier's lock.
///
/// They were left by an earlier run and stay for the next run of their dataset, until room is needed and no frame is
/// without a block.
final class UnclaimedBlocks {

    private record Key(long high, long low) {}

    private final Map<Key, Integer> frameOfKey = new HashMap<>();

    /// False when another frame has the same block.
    boolean add(int frame, SlabHeader header) {
        return frameOfKey.putIfAbsent(new Key(header.keyHigh(), header.keyLow()), frame) == null;
    }

    int count() {
        return frameOfKey.size();
    }

    /// Puts a dataset's blocks where they are found.
    void claim(DatasetFrames dataset, FrameTable table) {
        BlockMap map = dataset.map;
        for (int block = 0; block < map.blockCount() && !frameOfKey.isEmpty(); block++) {
            Integer frame = frameOfKey.remove(new Key(map.keyHigh(block), map.keyLow(block)));
            if (frame != null) {
                table.put(frame, dataset, block);
            }
        }
    }

    /// Gives up one block and returns its frame; negative when none is left.
    int take() {
        Iterator<Integer> frames = frameOfKey.values().iterator();
        if (!frames.hasNext()) {
            return -1;
        }
        int frame = frames.next();
        frames.remove();
        return frame;
    }
}
