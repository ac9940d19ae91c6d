package dev.penstock.bench.tiers;

import java.util.Arrays;
import java.util.PriorityQueue;

/// The most hits that any policy can reach: keeps the blocks that are used again soonest.
///
/// MIN of Belady (1966) with bypass: a block that is used again later than every cached one is not kept.
final class BeladyReplay implements Replay {

    private static final int NEVER = Integer.MAX_VALUE;

    @Override
    public int hits(int[] uses, int blockCount, int frameCount) {
        int[] nextUse = nextUses(uses, blockCount);
        // The next use of each cached block; 0, which is nobody's next use, when it is not cached.
        int[] cachedUntil = new int[blockCount];
        PriorityQueue<Long> furthestFirst = new PriorityQueue<>((a, b) -> Long.compare(b, a));
        int cached = 0;
        int hits = 0;
        for (int at = 0; at < uses.length; at++) {
            int block = uses[at];
            if (cachedUntil[block] != 0) {
                hits++;
            } else if (cached < frameCount) {
                cached++;
            } else {
                // An entry is stale when its block was used since: it then has a later one.
                while (cachedUntil[block(furthestFirst.element())] != use(furthestFirst.element())) {
                    furthestFirst.remove();
                }
                if (use(furthestFirst.element()) <= nextUse[at]) {
                    continue;
                }
                cachedUntil[block(furthestFirst.remove())] = 0;
            }
            cachedUntil[block] = nextUse[at];
            furthestFirst.add(((long) nextUse[at] << 32) | block);
        }
        return hits;
    }

    private static int use(long entry) {
        return (int) (entry >>> 32);
    }

    private static int block(long entry) {
        return (int) entry;
    }

    private static int[] nextUses(int[] uses, int blockCount) {
        int[] nextUse = new int[uses.length];
        int[] next = new int[blockCount];
        Arrays.fill(next, NEVER);
        for (int at = uses.length - 1; at >= 0; at--) {
            nextUse[at] = next[uses[at]];
            next[uses[at]] = at;
        }
        return nextUse;
    }
}
