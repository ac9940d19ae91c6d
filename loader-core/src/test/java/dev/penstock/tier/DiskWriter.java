package dev.penstock.tier;

import dev.penstock.error.ConfigurationException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/// A process that reads random blocks through a disk tier, on and on, until it is killed.
final class DiskWriter {

    static final int BLOCK_COUNT = 24;
    static final int BLOCK_BYTES = 512 * 1024;
    static final int FRAMES = 8;

    /// Exit code of a process that may not use the directory.
    static final int REFUSED = 3;

    private DiskWriter() {}

    static BlockMap map() {
        return new BlockMap(new long[] {(long) BLOCK_COUNT * BLOCK_BYTES - 12345}, List.of("mem:/killed"), BLOCK_BYTES);
    }

    /// A random future, so that blocks keep replacing each other.
    static SoloDisk tier(Path directory, BlockSource source, StepClock clock, TierMeter meter) {
        NextUse future = (block, after) -> after + 1 + new SplittableRandom(block * 31L + after).nextInt(1000);
        return SoloDisk.open(directory, map(), source, future, clock, FRAMES * Slab.frameBytes(BLOCK_BYTES), meter);
    }

    /// @param arguments directory, seed
    public static void main(String[] arguments) {
        try {
            write(arguments);
        } catch (ConfigurationException refused) {
            System.exit(REFUSED);
        }
    }

    private static void write(String[] arguments) {
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[1]));
        BlockMap map = map();
        StepClock clock = new StepClock(0);
        try (MemorySource source = new MemorySource();
                Arena arena = Arena.ofShared();
                SoloDisk tier = tier(Path.of(arguments[0]), source, clock, new TierMeter())) {
            MemorySegment memory = arena.allocate(BLOCK_BYTES);
            for (long step = 0; ; step++) {
                int block = random.nextInt(BLOCK_COUNT);
                tier.read(block, Deadline.NONE, memory.asSlice(0, map.lengthBytes(block)))
                        .block();
                clock.progress(step);
                System.out.write('.');
                System.out.flush();
            }
        }
    }
}
