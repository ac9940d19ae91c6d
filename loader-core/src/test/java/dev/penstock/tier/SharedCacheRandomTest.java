package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Jobs that come and go at random, some of them while others wait for what they began to load.
class SharedCacheRandomTest {

    private static final int BLOCK_BYTES = 4096;
    private static final int BLOCKS = 20;
    private static final int DATASETS = 2;
    private static final int THREADS = 4;
    private static final int FRAMES = 5;

    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(60)
    void everyWaiterIsToldOnceBytesAreRightAndNothingStaysPinned(boolean withDisk) throws Exception {
        long seed = System.nanoTime();
        DiskTierConfig disk = new DiskTierConfig(directory, 9 * Slab.frameBytes(BLOCK_BYTES));
        CacheConfig config =
                new CacheConfig(BLOCK_BYTES, FRAMES * BLOCK_BYTES, withDisk ? Optional.of(disk) : Optional.empty());
        try (MemorySource source = new MemorySource();
                BlockCache cache = BlockCache.open(config);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> done = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                SplittableRandom random = new SplittableRandom(seed + thread);
                done.add(threads.submit(() -> {
                    for (int life = 0; life < 40; life++) {
                        live(cache, source, random);
                    }
                }));
            }
            for (Future<?> thread : done) {
                thread.get();
            }
            assertThat(wrong).as("seed %d", seed).isEmpty();
            allFramesCanBeLeased(cache, source, seed);
        }
    }

    private static BlockMap map(int dataset) {
        return new BlockMap(new long[] {BLOCKS * (long) BLOCK_BYTES - 9}, List.of("dataset " + dataset), BLOCK_BYTES);
    }

    /// Dataset 1 has other bytes than dataset 0, under the same block numbers.
    private static JobBlocks attach(
            BlockCache cache, MemorySource source, int dataset, NextUse order, StepClock clock) {
        BlockSource origin =
                (block, deadline, destination) -> source.read(block + BLOCKS * dataset, deadline, destination);
        return cache.attach(map(dataset), origin, order, clock, new TierMeter());
    }

    private void live(BlockCache cache, MemorySource source, SplittableRandom random) {
        int dataset = random.nextInt(DATASETS);
        StepClock clock = new StepClock(0);
        int salt = random.nextInt(100);
        JobBlocks job = attach(cache, source, dataset, (block, after) -> after + 1 + (block * 7L + salt) % 11, clock);
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        int steps = random.nextInt(1, 60);
        for (int step = 0; step < steps; step++) {
            int block = random.nextInt(BLOCKS);
            job.prefetch(random.nextInt(BLOCKS), step + 2L);
            Awaited waiter = Awaited.lease(job, block, step);
            if (random.nextInt(4) > 0) {
                check(waiter.join(), dataset);
            } else {
                waiting.add(waiter.lease.handle((lease, failure) -> failure == null && check(lease, dataset)));
            }
            clock.progress(step);
        }
        job.close();
        // A load that ended while the job was being closed may tell its waiters after that.
        waiting.forEach(CompletableFuture::join);
    }

    private boolean check(BlockLease lease, int dataset) {
        try (lease) {
            boolean right = MemorySource.holds(lease.block() + BLOCKS * dataset, lease.segment());
            if (!right) {
                wrong.add("block " + lease.block() + " of dataset " + dataset);
            }
            return right;
        }
    }

    private static void allFramesCanBeLeased(BlockCache cache, MemorySource source, long seed) {
        try (JobBlocks last = attach(cache, source, 0, (block, after) -> NextUse.NEVER, new StepClock(0))) {
            List<BlockLease> all = IntStream.range(0, FRAMES)
                    .mapToObj(block -> Awaited.lease(last, block, 0).join())
                    .toList();
            assertThat(all).as("seed %d", seed).hasSize(FRAMES);
            all.forEach(BlockLease::release);
        }
    }
}
