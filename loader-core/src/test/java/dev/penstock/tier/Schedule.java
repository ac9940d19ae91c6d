package dev.penstock.tier;

import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// A job that needs one stated block at each step.
final class Schedule implements NextUse {

    final int[] blocks;
    private final TreeSet<Integer>[] uses;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Schedule(int blockCount, int... blocks) {
        this.blocks = blocks;
        this.uses = IntStream.range(0, blockCount)
                .mapToObj(block -> new TreeSet<Integer>())
                .toArray(TreeSet[]::new);
        for (int step = 0; step < blocks.length; step++) {
            uses[blocks[step]].add(step);
        }
    }

    static Schedule random(int blockCount, int steps, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new Schedule(blockCount, random.ints(steps, 0, blockCount).toArray());
    }

    @Override
    public long nextUse(int block, long afterStep) {
        Integer step = uses[block].higher((int) Math.max(afterStep, -1));
        return step == null ? NEVER : step;
    }

    /// Hits of an optimal demand-filled cache of `frames` frames: Belady's replay with the whole schedule in hand.
    int optimalHits(int frames) {
        TreeSet<Integer> resident = new TreeSet<>();
        int hits = 0;
        for (int step = 0; step < blocks.length; step++) {
            int now = step;
            if (!resident.contains(blocks[step])) {
                if (resident.size() == frames) {
                    int victim = resident.stream()
                            .max((a, b) -> Long.compare(nextUse(a, now), nextUse(b, now)))
                            .orElseThrow();
                    resident.remove(victim);
                }
                resident.add(blocks[step]);
            } else {
                hits++;
            }
        }
        return hits;
    }
}
