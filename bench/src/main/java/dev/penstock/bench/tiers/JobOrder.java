package dev.penstock.bench.tiers;

import dev.penstock.tier.NextUse;
import java.util.SplittableRandom;

/// A job that reads every block of a dataset once per epoch, one per step, in a new random order each time.
final class JobOrder implements NextUse {

    private final int blockCount;
    private final int[] blockOfStep;

    /// Step of each block, epoch by epoch.
    private final int[] stepOfBlock;

    JobOrder(int blockCount, int epochs, long seed) {
        this.blockCount = blockCount;
        this.blockOfStep = new int[blockCount * epochs];
        this.stepOfBlock = new int[blockCount * epochs];
        SplittableRandom random = new SplittableRandom(seed);
        for (int first = 0; first < blockOfStep.length; first += blockCount) {
            shuffle(first, random);
            for (int step = first; step < first + blockCount; step++) {
                stepOfBlock[first + blockOfStep[step]] = step;
            }
        }
    }

    private void shuffle(int first, SplittableRandom random) {
        for (int i = 0; i < blockCount; i++) {
            int other = random.nextInt(i + 1);
            blockOfStep[first + i] = blockOfStep[first + other];
            blockOfStep[first + other] = i;
        }
    }

    int stepCount() {
        return blockOfStep.length;
    }

    int block(int step) {
        return blockOfStep[step];
    }

    @Override
    public long nextUse(int block, long afterStep) {
        int next = (int) Math.max(0, afterStep + 1);
        for (int first = next - next % blockCount; first < stepOfBlock.length; first += blockCount) {
            if (stepOfBlock[first + block] >= next) {
                return stepOfBlock[first + block];
            }
        }
        return NEVER;
    }
}
