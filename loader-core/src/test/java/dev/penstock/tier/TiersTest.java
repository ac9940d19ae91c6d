package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.store.ObjectMetadata;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tiers as a loader composes them: RAM over disk over a store whose failures are read again.
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
        assertThat(coldCounts.diskHits()).isPositive();
        assertThat(coldCounts.ramHits()).isPositive();
        assertThat(coldCounts.ramMisses()).isEqualTo(coldCounts.diskHits() + coldCounts.diskMisses());

        TierMeter warm = new TierMeter();
        run(map, objects, seed, warm);
        assertThat(warm.snapshot().diskMisses()).isLessThan(coldCounts.diskMisses());
    }

    private void run(BlockMap map, byte[][] objects, long seed, TierMeter meter) {
        Schedule schedule = Schedule.random(map.blockCount(), 600, seed);
        StepClock clock = new StepClock(0);
        List<ObjectMetadata> keys =
                List.of(new ObjectMetadata("a", objects[0].length, ""), new ObjectMetadata("b", objects[1].length, ""));
        try (FlakyStore store = new FlakyStore(Map.of("a", objects[0], "b", objects[1]));
                DiskTier disk = new DiskTier(
                        directory,
                        map,
                        (block, deadline, destination) -> store.read(
                                        keys.get(map.object(block)), map.offsetBytes(block), destination)
                                .retry(3),
                        schedule,
                        clock,
                        8 * Slab.frameBytes(BLOCK_BYTES),
                        meter);
                RamTier ram = new RamTier(map, disk, schedule, clock, 4 * BLOCK_BYTES, meter)) {
            for (int step = 0; step < schedule.blocks.length; step++) {
                int block = schedule.blocks[step];
                try (BlockLease lease = Awaited.lease(ram, block, step).join()) {
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
