package dev.penstock.balance;

import com.sun.management.ThreadMXBean;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/// Lengths to balance, and what balancing them allocates.
final class Workload {

    private Workload() {}

    static int[] uniform(SplittableRandom random, int count, int longest) {
        return random.ints(count, 0, longest + 1).toArray();
    }

    static int[] logNormal(SplittableRandom random, int count, double mu, double sigma, int longest) {
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            double length = Math.exp(mu + sigma * random.nextGaussian());
            lengths[i] = (int) Math.clamp(length, 1, longest);
        }
        return lengths;
    }

    static int[] shuffle(SplittableRandom random, int[] lengths) {
        int[] shuffled = lengths.clone();
        for (int i = shuffled.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int length = shuffled[i];
            shuffled[i] = shuffled[other];
            shuffled[other] = length;
        }
        return shuffled;
    }

    /// The least this thread allocates over a hundred batches whose like were all seen before, in ten tries: the
    /// JVM may allocate on a thread's behalf now and then, code that allocates does so in every try.
    static long allocatedBytes(RankAssigner assigner, RankAssignment assignment, SplittableRandom random) {
        int[][] batches = new int[100][];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = logNormal(random, 512, 6.6, 1.2, 32_768);
            assigner.assign(batches[i], batches[i].length, assignment);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 10; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int[] lengths : batches) {
                assigner.assign(lengths, lengths.length, assignment);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
