package dev.penstock.bench.tiers;

import java.util.Iterator;
import java.util.LinkedHashSet;

/// Keeps the blocks that were used last, as page caches do.
final class LruReplay implements Replay {

    @Override
    public int hits(int[] uses, int blockCount, int frameCount) {
        LinkedHashSet<Integer> oldestFirst = new LinkedHashSet<>();
        int hits = 0;
        for (int block : uses) {
            if (oldestFirst.remove(block)) {
                hits++;
            } else if (oldestFirst.size() == frameCount) {
                Iterator<Integer> oldest = oldestFirst.iterator();
                oldest.next();
                oldest.remove();
            }
            oldestFirst.add(block);
        }
        return hits;
    }
}
