package dev.penstock.bench.balance;

import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import java.util.SplittableRandom;

/// Where the lengths of a workload come from; the same seed draws the same lengths.
sealed interface LengthSource {

    int next(SplittableRandom random);

    /// `exp(mu + sigma · N(0, 1))`, at least 1 and at most `cap`.
    record LogNormal(double mu, double sigma, int cap) implements LengthSource {

        @Override
        public int next(SplittableRandom random) {
            return (int) Math.clamp(Math.exp(mu + sigma * random.nextGaussian()), 1, cap);
        }

        @Override
        public String toString() {
            return "lognormal-" + mu + "-" + sigma;
        }
    }

    /// A sample of a dataset, each as likely as any other.
    record OfDataset(DatasetIndex index) implements LengthSource {

        @Override
        public int next(SplittableRandom random) {
            long id = random.nextLong(index.sampleCount());
            int shardNumber = index.shardOf(id);
            ShardIndex shard = index.shard(shardNumber);
            return shard.length((int) (id - index.firstSample(shardNumber)));
        }

        @Override
        public String toString() {
            return "dataset";
        }
    }

    default int[][] batches(BalanceShape shape, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[][] batches = new int[count][shape.samples()];
        for (int[] lengths : batches) {
            for (int i = 0; i < lengths.length; i++) {
                lengths[i] = next(random);
            }
        }
        return batches;
    }
}
