package dev.penstock.bench.balance;

import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.util.SplittableRandom;

/// What a distributed sampler does: equally many samples for each rank, whichever they are.
///
/// The shuffle is seeded by the batch, so equal lengths give equal assignments.
final class RandomAssigner implements RankAssigner {

    private final WholeRanks result = new WholeRanks();

    @Override
    public void assign(int[] lengths, int count, RankAssignment assignment) {
        int[] items = new int[count];
        long seed = count;
        for (int item = 0; item < count; item++) {
            items[item] = item;
            seed = 31 * seed + lengths[item];
        }
        SplittableRandom random = new SplittableRandom(seed);
        result.begin(count, assignment.ranks());
        for (int left = count; left > 0; left--) {
            int chosen = random.nextInt(left);
            int item = items[chosen];
            items[chosen] = items[left - 1];
            result.put(item, lengths[item], left % assignment.ranks());
        }
        result.writeTo(assignment);
    }
}
