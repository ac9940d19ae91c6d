package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.process.ChildJvm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTierKillTest {

    private static final int KILLS = 4;

    @TempDir
    private Path directory;

    @Test
    void everyBlockIsRightAfterKillsAtRandomInstants() throws Exception {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        TierMeter meter = new TierMeter();
        for (int kill = 0; kill < KILLS; kill++) {
            Process writer =
                    ChildJvm.start(List.of(), DiskWriter.class, directory.toString(), Long.toString(random.nextLong()));
            writer.getInputStream().readNBytes(4 * DiskWriter.FRAMES + random.nextInt(60));
            for (long spins = random.nextLong(3_000_000); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            writer.destroyForcibly().waitFor();
            readEveryBlock(meter, seed);
        }
        // The one write that a kill cuts off costs its frame; the rest must have survived.
        assertThat(meter.snapshot().diskHits()).isGreaterThanOrEqualTo(KILLS * (DiskWriter.FRAMES - 1L));
        assertThat(meter.snapshot().tornBlocks()).isZero();
    }

    private void readEveryBlock(TierMeter meter, long seed) {
        BlockMap map = DiskWriter.map();
        try (MemorySource source = new MemorySource();
                Arena arena = Arena.ofShared();
                SoloDisk tier = SoloDisk.open(
                        directory,
                        map,
                        source,
                        (block, after) -> NextUse.NEVER,
                        new StepClock(0),
                        DiskWriter.FRAMES * Slab.frameBytes(DiskWriter.BLOCK_BYTES),
                        meter)) {
            for (int block = 0; block < map.blockCount(); block++) {
                MemorySegment bytes = arena.allocate(map.lengthBytes(block));
                tier.read(block, Deadline.NONE, bytes).block();
                assertThat(MemorySource.holds(block, bytes))
                        .as("block %s, seed %s", block, seed)
                        .isTrue();
            }
        }
    }

    @Test
    void aSecondProcessIsRefusedAndToldWhoHoldsTheDirectory() throws Exception {
        Process holder = ChildJvm.start(List.of(), DiskWriter.class, directory.toString(), "1");
        try {
            holder.getInputStream().readNBytes(1);
            assertThatThrownBy(() -> DiskWriter.tier(directory, new HeldSource(), new StepClock(0), new TierMeter()))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("locking the disk tier failed: directory=" + directory + ", heldByPid=" + holder.pid()
                            + "; give each process a directory of its own, or end the other one");
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void aSecondTierOfOneProcessDoesNotLoosenTheLockOfTheFirst() throws Exception {
        try (SoloDisk first = DiskWriter.tier(directory, new HeldSource(), new StepClock(0), new TierMeter())) {
            assertThatThrownBy(() -> DiskWriter.tier(directory, new HeldSource(), new StepClock(0), new TierMeter()))
                    .isInstanceOf(ConfigurationException.class);
            assertThat(first.sizeBytes()).isPositive();
            Process other = ChildJvm.start(List.of(), DiskWriter.class, directory.toString(), "1");
            assertThat(other.getInputStream().read())
                    .as("the other process read a block")
                    .isNegative();
            assertThat(other.waitFor()).isEqualTo(DiskWriter.REFUSED);
        }
    }
}
