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

    /// Files of the web in tokens of four bytes: a log-normal body and a Pareto tail, capped.
    ///
    /// Barford and Crovella, "Generating Representative Web Workloads for Network and Server Performance Evaluation",
    /// SIGMETRICS '98, table 4.
    record WebFiles(int cap) implements LengthSource {

        private static final double BODY_SHARE = 0.93;
        private static final double BODY_MU = 9.357;
        private static final double BODY_SIGMA = 1.318;
        private static final double TAIL_FROM_BYTES = 133_000;
        private static final double TAIL_ALPHA = 1.1;
        private static final double BYTES_PER_TOKEN = 4;

        @Override
        public int next(SplittableRandom random) {
            double bytes = random.nextDouble() < BODY_SHARE
                    ? Math.exp(BODY_MU + BODY_SIGMA * random.nextGaussian())
                    : TAIL_FROM_BYTES * Math.pow(1 - random.nextDouble(), -1 / TAIL_ALPHA);
            return (int) Math.clamp(bytes / BYTES_PER_TOKEN, 1, cap);
        }

        @Override
        public String toString() {
            return "web-files";
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
