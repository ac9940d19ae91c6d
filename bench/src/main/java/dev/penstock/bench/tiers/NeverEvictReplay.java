package dev.penstock.bench.tiers;

import java.util.HashSet;
import java.util.Set;

/// Keeps the first blocks that were used, for ever (CoorDL's MinIO cache, Mohan and others, 2021).
final class NeverEvictReplay implements Replay {

    @Override
    public int hits(int[] uses, int blockCount, int frameCount) {
        Set<Integer> kept = new HashSet<>();
        int hits = 0;
        for (int block : uses) {
            if (kept.contains(block)) {
                hits++;
            } else if (kept.size() < frameCount) {
                kept.add(block);
            }
        }
        return hits;
    }
}
