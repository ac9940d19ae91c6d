package dev.penstock.bench.tiers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReplayTest {

    private static final int BLOCKS = 6;

    @Test
    void beladyReplayReachesWhatTheBestOfAllDecisionsReaches() {
        for (long seed = 0; seed < 40; seed++) {
            int[] uses = new SplittableRandom(seed).ints(30, 0, BLOCKS).toArray();
            for (int frames = 1; frames <= 4; frames++) {
                assertThat(new BeladyReplay().hits(uses, BLOCKS, frames))
                        .as("seed %d, %d frames", seed, frames)
                        .isEqualTo(mostHits(uses, frames));
            }
        }
    }

    /// Tries every decision: what to keep after each use, as a set of bits.
    private static int mostHits(int[] uses, int frames) {
        Map<Integer, Integer> hitsOfContents = new HashMap<>(Map.of(0, 0));
        for (int block : uses) {
            Map<Integer, Integer> next = new HashMap<>();
            hitsOfContents.forEach((contents, hits) -> {
                int bit = 1 << block;
                if ((contents & bit) != 0) {
                    next.merge(contents, hits + 1, Math::max);
                    return;
                }
                next.merge(contents, hits, Math::max);
                if (Integer.bitCount(contents) < frames) {
                    next.merge(contents | bit, hits, Math::max);
                }
                for (int victim = 0; victim < BLOCKS; victim++) {
                    if ((contents & (1 << victim)) != 0) {
                        next.merge((contents & ~(1 << victim)) | bit, hits, Math::max);
                    }
                }
            });
            hitsOfContents = next;
        }
        return hitsOfContents.values().stream().max(Integer::compare).orElseThrow();
    }

    @Test
    void lruAndNeverEvictKeepWhatTheirNamesSay() {
        int[] uses = {0, 1, 2, 0, 0, 1, 2, 1};
        assertThat(new LruReplay().hits(uses, BLOCKS, 2)).isEqualTo(2);
        assertThat(new NeverEvictReplay().hits(uses, BLOCKS, 2)).isEqualTo(4);
    }

    @Test
    void theSharedCacheIsWithinTwoFramesOfTheBestThereIs() {
        LockstepJobs jobs = LockstepJobs.random(60, 4, 3, 5);
        int[] uses = jobs.uses();
        BeladyReplay best = new BeladyReplay();
        assertThat(jobs.hits(12)).isBetween(best.hits(uses, 60, 11), best.hits(uses, 60, 12));
        assertThat(jobs.hits(60)).isEqualTo(uses.length - 60);
    }
}
