package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {

    private static final int BLOCK_BYTES = 4096;

    private static BlockMap map(String identity, int blocks) {
        return new BlockMap(new long[] {(long) blocks * BLOCK_BYTES - 96}, List.of(identity), BLOCK_BYTES);
    }

    private static JobBlocks attach(BlockCache cache, BlockMap map, BlockSource source) {
        return cache.attach(map, source, (block, after) -> after + 1 + block, new StepClock(0), new TierMeter());
    }

    private static void load(JobBlocks job, int first, int until) {
        for (int block = first; block < until; block++) {
            Awaited.lease(job, block, block).join().release();
        }
    }

    @Test
    void aCacheWarmsUpToItsDataOrItsBudget() {
        CacheConfig config = new CacheConfig(BLOCK_BYTES, 10 * BLOCK_BYTES, Optional.empty());
        try (MemorySource source = new MemorySource();
                BlockCache cache = BlockCache.open(config)) {
            JobBlocks small = attach(cache, map("small", 4), source);
            assertThat(cache.warmUp().targetBytes()).isEqualTo(4 * BLOCK_BYTES - 96);
            load(small, 0, 3);
            assertThat(cache.warmUp().bytes()).isEqualTo(3 * BLOCK_BYTES);
            assertThat(cache.warmUp().isComplete()).isFalse();
            load(small, 3, 4);
            assertThat(cache.warmUp().isComplete()).isTrue();

            small.close();
            JobBlocks large = attach(cache, map("large", 50), source);
            assertThat(cache.warmUp().targetBytes()).as("the budget").isEqualTo(10 * BLOCK_BYTES);
            load(large, 0, 6);
            assertThat(cache.warmUp().isComplete())
                    .as("the first dataset still has four frames")
                    .isFalse();
            load(large, 6, 20);
            assertThat(cache.warmUp().isComplete()).as("every frame is used").isTrue();
        }
    }

    @Test
    void theDiskTierCountsWhereItHoldsMoreThanRam(@TempDir Path directory) {
        DiskTierConfig disk = new DiskTierConfig(directory, 6 * Slab.frameBytes(BLOCK_BYTES));
        CacheConfig config = new CacheConfig(BLOCK_BYTES, 2 * BLOCK_BYTES, Optional.of(disk));
        try (MemorySource source = new MemorySource()) {
            try (BlockCache cache = BlockCache.open(config)) {
                JobBlocks job = attach(cache, map("a", 8), source);
                load(job, 0, 4);
                assertThat(cache.warmUp().bytes()).isEqualTo(4 * BLOCK_BYTES);
                assertThat(cache.warmUp().targetBytes()).isEqualTo(6 * BLOCK_BYTES);
            }
            try (BlockCache restarted = BlockCache.open(config)) {
                attach(restarted, map("a", 8), source);
                assertThat(restarted.warmUp().bytes())
                        .as("left by the earlier run")
                        .isEqualTo(4 * BLOCK_BYTES);
            }
        }
    }

    @Test
    void blocksThatNoJobNeedsDoNotCount() {
        CacheConfig config = new CacheConfig(BLOCK_BYTES, 10 * BLOCK_BYTES, Optional.empty());
        try (MemorySource source = new MemorySource();
                BlockCache cache = BlockCache.open(config)) {
            JobBlocks few = attach(cache, map("a", 20), source, 0, 3);
            load(few, 0, 2);
            assertThat(cache.warmUp().bytes()).isEqualTo(2 * BLOCK_BYTES);
            assertThat(cache.warmUp().targetBytes()).isEqualTo(3 * BLOCK_BYTES);

            load(few, 10, 12);
            assertThat(cache.warmUp().bytes()).as("unneeded ones are held").isEqualTo(2 * BLOCK_BYTES);
            assertThat(cache.warmUp().isComplete()).isFalse();

            JobBlocks others = attach(cache, map("a", 20), source, 2, 5);
            assertThat(cache.warmUp().targetBytes()).as("of both jobs").isEqualTo(5 * BLOCK_BYTES);
            load(others, 2, 5);
            assertThat(cache.warmUp().isComplete()).isTrue();

            few.close();
            assertThat(cache.warmUp().bytes()).isEqualTo(3 * BLOCK_BYTES);
        }
    }

    /// A job that needs blocks `[first, end)` alone.
    private static JobBlocks attach(BlockCache cache, BlockMap map, BlockSource source, int first, int end) {
        NextUse order = new NextUse() {
            @Override
            public long nextUse(int block, long afterStep) {
                return first <= block && block < end ? afterStep + 1 + block : NEVER;
            }

            @Override
            public BitSet usedBlocks(int blockCount) {
                BitSet used = new BitSet();
                used.set(first, end);
                return used;
            }
        };
        return cache.attach(map, source, order, new StepClock(0), new TierMeter());
    }

    @Test
    void timeLeftGoesByTheLatestSecondsAndNotByTheWholeRun() {
        AtomicLong nanos = new AtomicLong();
        FillRate rate = new FillRate(nanos::get);
        long bytes = 0;
        for (int second = 1; second <= 40; second++) {
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            bytes += second <= 20 ? 1000 : 10;
            rate.bytesPerSec(bytes);
        }
        WarmUp warmUp = new WarmUp(bytes, bytes + 500, rate.bytesPerSec(bytes));
        assertThat(warmUp.remaining()).contains(Duration.ofSeconds(50));
        assertThat(new WarmUp(1, 2, 0).remaining()).isEmpty();
        assertThat(new WarmUp(2, 2, 0).remaining()).contains(Duration.ZERO);
    }
}
