package dev.penstock.bench.tiers;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.tier.BlockCache;
import dev.penstock.tier.BlockLease;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.BlockSource;
import dev.penstock.tier.BlockWaiter;
import dev.penstock.tier.CacheConfig;
import dev.penstock.tier.JobBlocks;
import dev.penstock.tier.StepClock;
import dev.penstock.tier.TierMeter;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/// Jobs on one dataset that take turns, step by step, so that the sequence of their uses is defined.
///
/// @param blockCount blocks of the dataset
record LockstepJobs(int blockCount, List<JobOrder> orders) {

    /// The smallest there is: what counts is which block, not its bytes.
    private static final int BLOCK_BYTES = 4096;

    LockstepJobs {
        orders = List.copyOf(orders);
    }

    static LockstepJobs random(int blockCount, int epochs, int jobs, long seed) {
        return new LockstepJobs(
                blockCount,
                IntStream.range(0, jobs)
                        .mapToObj(job -> new JobOrder(blockCount, epochs, seed * 1000 + job))
                        .toList());
    }

    /// Blocks in the order of their use, over all jobs.
    int[] uses() {
        int jobs = orders.size();
        return IntStream.range(0, jobs * orders.getFirst().stepCount())
                .map(at -> orders.get(at % jobs).block(at / jobs))
                .toArray();
    }

    /// Runs the jobs on a real cache and returns the uses that were not read from the origin.
    int hits(int frameCount) {
        BlockMap map = new BlockMap(new long[] {(long) blockCount * BLOCK_BYTES}, List.of("bench tiers"), BLOCK_BYTES);
        CacheConfig config = new CacheConfig(BLOCK_BYTES, (long) frameCount * BLOCK_BYTES, Optional.empty());
        int[] reads = {0};
        BlockSource origin = (block, deadline, destination) -> Mono.fromRunnable(() -> {
            reads[0]++;
            destination.set(ValueLayout.JAVA_INT, 0, block);
        });
        int steps = orders.getFirst().stepCount();
        try (BlockCache cache = BlockCache.open(config)) {
            List<StepClock> clocks = new ArrayList<>();
            List<JobBlocks> jobs = new ArrayList<>();
            for (JobOrder order : orders) {
                StepClock clock = new StepClock(0);
                clocks.add(clock);
                jobs.add(cache.attach(map, origin, order, clock, new TierMeter()));
            }
            for (int step = 0; step < steps; step++) {
                for (int job = 0; job < jobs.size(); job++) {
                    use(jobs.get(job), orders.get(job).block(step), step);
                    clocks.get(job).progress(step);
                }
            }
        }
        return orders.size() * steps - reads[0];
    }

    private static void use(JobBlocks job, int block, int step) {
        ReleaseAtOnce waiter = new ReleaseAtOnce();
        job.lease(block, step, waiter);
        if (waiter.found != block) {
            throw new CorruptDataException(FailureMessage.of("leasing a block")
                    .with("step", step)
                    .with("expectedBlock", block)
                    .with("foundBlock", waiter.found));
        }
    }

    /// Reads which block it is, and gives it back; the origin answers on the caller's thread, before the lease returns.
    private static final class ReleaseAtOnce implements BlockWaiter {

        private int found = -1;

        @Override
        public void ready(BlockLease lease) {
            try (lease) {
                found = lease.segment().get(ValueLayout.JAVA_INT, 0);
            }
        }

        @Override
        public void failed(Throwable cause) {
            throw new IllegalStateException("a source that cannot fail failed", cause);
        }
    }
}
