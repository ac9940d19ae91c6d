package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.store.ObjectMetadata;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tiers as a loader composes them: RAM over disk over retries over a store.
class TiersTest {

    private static final int BLOCK_BYTES = 4096;

    @TempDir
    private Path directory;

    @Test
    void tiersNeverChangeTheData() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] first = new byte[17 * BLOCK_BYTES - 9];
        byte[] second = new byte[9 * BLOCK_BYTES + 1];
        random.nextBytes(first);
        random.nextBytes(second);
        BlockMap map = new BlockMap(new long[] {first.length, second.length}, List.of("first", "second"), BLOCK_BYTES);
        byte[][] objects = {first, second};
        TierMeter cold = new TierMeter();
        run(map, objects, seed, cold);
        TierCounters coldCounts = cold.snapshot();
        assertThat(coldCounts.originRetries()).isPositive();
        assertThat(coldCounts.diskHits()).isPositive();
        assertThat(coldCounts.ramHits()).isPositive();
        assertThat(coldCounts.ramMisses()).isEqualTo(coldCounts.diskHits() + coldCounts.originReads());
        assertThat(coldCounts.originBytes()).isBetween(1L, coldCounts.originReads() * BLOCK_BYTES);

        TierMeter warm = new TierMeter();
        run(map, objects, seed, warm);
        assertThat(warm.snapshot().originReads()).isLessThan(coldCounts.originReads());
    }

    private void run(BlockMap map, byte[][] objects, long seed, TierMeter meter) {
        Schedule schedule = Schedule.random(map.blockCount(), 600, seed);
        StepClock clock = new StepClock(0);
        List<ObjectMetadata> keys =
                List.of(new ObjectMetadata("a", objects[0].length, ""), new ObjectMetadata("b", objects[1].length, ""));
        CacheConfig config = new CacheConfig(
                BLOCK_BYTES,
                4 * BLOCK_BYTES,
                Optional.of(new DiskTierConfig(directory, 8 * Slab.frameBytes(BLOCK_BYTES))));
        try (FlakyStore store = new FlakyStore(Map.of("a", objects[0], "b", objects[1]));
                BlockCache cache = BlockCache.open(config);
                JobBlocks job = cache.attach(
                        map,
                        new RetryingSource(new OriginSource(store, keys, map, meter), 3, Duration.ofNanos(1000), meter),
                        schedule,
                        clock,
                        meter)) {
            for (int step = 0; step < schedule.blocks.length; step++) {
                int block = schedule.blocks[step];
                try (BlockLease lease = Awaited.lease(job, block, step).join()) {
                    MemorySegment expected = MemorySegment.ofArray(objects[map.object(block)])
                            .asSlice(map.offsetBytes(block), map.lengthBytes(block));
                    assertThat(lease.segment().mismatch(expected))
                            .as("block %s, seed %s", block, seed)
                            .isEqualTo(-1);
                }
                clock.progress(step);
            }
        }
    }
}
