package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskTierTest {

    private static final int BLOCK_BYTES = 64 * 1024;
    private static final int BLOCKS = 20;
    private static final long FRAME_BYTES = BLOCK_BYTES + 4096L;

    @TempDir
    private Path directory;

    private final MemorySource source = new MemorySource();
    private final StepClock clock = new StepClock(0);
    private TierMeter meter = new TierMeter();

    @AfterEach
    void closeSource() {
        source.close();
    }

    private static BlockMap map(String identity) {
        return new BlockMap(new long[] {BLOCKS * (long) BLOCK_BYTES - 777}, List.of(identity), BLOCK_BYTES);
    }

    /// A tier whose meter counts from zero.
    private SoloDisk tier(Path where, BlockMap map, NextUse nextUse, long frames) {
        meter = new TierMeter();
        return SoloDisk.open(where, map, source, nextUse, clock, frames * FRAME_BYTES, meter);
    }

    private SoloDisk tier(long frames) {
        return tier(directory, map("mem:/a"), (block, after) -> NextUse.NEVER, frames);
    }

    private static void readAll(SoloDisk tier) {
        IntStream.range(0, BLOCKS).forEach(block -> read(tier, block));
    }

    private static void read(SoloDisk tier, int block) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment bytes = arena.allocate(map("").lengthBytes(block));
            tier.read(block, Deadline.NONE, bytes).block();
            assertThat(MemorySource.holds(block, bytes)).as("block %s", block).isTrue();
        }
    }

    private Path slab() {
        return directory.resolve("blocks-v1-" + BLOCK_BYTES + ".slab");
    }

    private void overwrite(long at, int... bytes) throws IOException {
        try (FileChannel file = FileChannel.open(slab(), StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(bytes.length);
            IntStream.of(bytes).forEach(value -> buffer.put((byte) value));
            file.write(buffer.flip(), at);
        }
    }

    private void fill() {
        try (SoloDisk tier = tier(BLOCKS)) {
            readAll(tier);
            assertThat(meter.snapshot().diskWrites()).isEqualTo(BLOCKS);
        }
        source.reads.set(0);
    }

    @Test
    void blocksSurviveARestart() {
        fill();
        try (SoloDisk tier = tier(BLOCKS)) {
            readAll(tier);
        }
        assertThat(source.reads.get()).isZero();
        assertThat(meter.snapshot().diskHits()).isEqualTo(BLOCKS);
        assertThat(meter.snapshot().diskHitBytes()).isEqualTo(BLOCKS * (long) BLOCK_BYTES - 777);
    }

    @Test
    void flippedBytesAreFetchedAgainAndWrittenAnew() throws Exception {
        fill();
        overwrite(4096 + 100, 99, 98, 97);
        overwrite(3 * FRAME_BYTES + 20, 1);
        try (SoloDisk tier = tier(BLOCKS)) {
            readAll(tier);
            assertThat(meter.snapshot().tornBlocks())
                    .as("the flipped header is no block at all")
                    .isEqualTo(1);
            assertThat(source.reads.get()).isEqualTo(2);
            readAll(tier);
            assertThat(source.reads.get()).isEqualTo(2);
        }
    }

    @Test
    void blocksFlippedWhileTheTierIsOpenAreFetchedAgain() throws Exception {
        fill();
        try (SoloDisk tier = tier(BLOCKS)) {
            overwrite(2 * FRAME_BYTES + 24, 5);
            overwrite(5 * FRAME_BYTES + 4096 + 60_000, 1, 2, 3, 4);
            readAll(tier);
            assertThat(meter.snapshot().tornBlocks()).isEqualTo(2);
            assertThat(source.reads.get()).isEqualTo(2);
        }
    }

    @Test
    void aSlabCutShortLosesOnlyWhatWasCutOff() throws Exception {
        fill();
        try (FileChannel file = FileChannel.open(slab(), StandardOpenOption.WRITE)) {
            file.truncate(7 * FRAME_BYTES + 5000);
        }
        try (SoloDisk tier = tier(BLOCKS)) {
            readAll(tier);
            assertThat(meter.snapshot().tornBlocks()).isEqualTo(1);
            assertThat(source.reads.get()).isEqualTo(BLOCKS - 7);
        }
    }

    @Test
    void anObjectThatChangedIsNotServedFromItsOldBlocks() {
        fill();
        try (SoloDisk tier = tier(directory, map("mem:/a, another version"), (block, after) -> 1, BLOCKS)) {
            readAll(tier);
            assertThat(source.reads.get()).isEqualTo(BLOCKS);
        }
    }

    @Test
    void theFileNeverExceedsTheBudget() throws Exception {
        Schedule schedule = Schedule.random(BLOCKS, 300, 5);
        try (SoloDisk tier = tier(directory, map("mem:/a"), schedule, 6)) {
            for (int step = 0; step < schedule.blocks.length; step++) {
                read(tier, schedule.blocks[step]);
                clock.progress(step);
                assertThat(Files.size(slab())).isLessThanOrEqualTo(6 * FRAME_BYTES);
            }
            assertThat(meter.snapshot().diskEvictions()).isPositive();
        }
        try (SoloDisk smaller = tier(2)) {
            assertThat(Files.size(slab())).isLessThanOrEqualTo(smaller.sizeBytes());
            readAll(smaller);
        }
    }

    @Test
    void aBlockNeededLaterThanEveryBlockOnDiskIsNotWritten() {
        Schedule schedule = new Schedule(BLOCKS, 0, 1, 2, 0, 1, 2);
        try (SoloDisk tier = tier(directory, map("mem:/a"), schedule, 2)) {
            for (int step = 0; step < 3; step++) {
                read(tier, schedule.blocks[step]);
                clock.progress(step);
            }
            assertThat(meter.snapshot().diskBypasses()).isEqualTo(1);
            read(tier, 0);
            read(tier, 1);
            assertThat(meter.snapshot().diskHits()).isEqualTo(2);
        }
    }

    @Test
    void aBlockNeededSoonerReplacesTheOneNeededLast() {
        Schedule schedule = new Schedule(BLOCKS, 0, 1, 2, 2, 1, 0);
        try (SoloDisk tier = tier(directory, map("mem:/a"), schedule, 2)) {
            for (int step = 0; step < 3; step++) {
                read(tier, schedule.blocks[step]);
                clock.progress(step);
            }
            assertThat(meter.snapshot().diskEvictions()).isEqualTo(1);
            read(tier, 2);
            read(tier, 1);
            assertThat(meter.snapshot().diskHits()).isEqualTo(2);
            read(tier, 0);
            assertThat(meter.snapshot().diskHits())
                    .as("block 0 was needed last, and went")
                    .isEqualTo(2);
        }
    }

    @Test
    void aSlabOfAnotherBlockSizeIsDiscarded() throws Exception {
        Path other = Files.write(directory.resolve("blocks-v1-123.slab"), new byte[5000]);
        try (SoloDisk tier = tier(BLOCKS)) {
            assertThat(other).doesNotExist();
            readAll(tier);
        }
    }

    @Test
    void filesOfOthersAreLeftAlone() throws Exception {
        Path file = Files.writeString(directory.resolve("of-the-user"), "precious");
        Path house = Files.writeString(directory.resolve("blocks-of-my-house.slab"), "precious");
        Path link = Files.createSymbolicLink(directory.resolve("blocks-v1-123.slab"), file);
        try (SoloDisk tier = tier(BLOCKS)) {
            readAll(tier);
        }
        BlockCache.discard(directory);

        assertThat(slab()).doesNotExist();
        assertThat(file).hasContent("precious");
        assertThat(house).hasContent("precious");
        assertThat(link).isSymbolicLink();
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocks-v1-65536.slab", "lock"})
    void aLinkInThePlaceOfAFileOfTheTierIsRefusedAndNotFollowed(String name) throws Exception {
        Path file = Files.writeString(directory.resolve("of-the-user"), "precious");
        Files.createSymbolicLink(directory.resolve(name), file);

        assertThatThrownBy(() -> tier(2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("opening the disk tier failed: directory=" + directory)
                .hasMessageContaining("a link is in the place of " + name);
        assertThat(file).hasContent("precious");
    }

    @Test
    void aLockFileOfSomethingElseIsRefusedAndKept() throws Exception {
        Path lock = Files.writeString(directory.resolve("lock"), "42 dependencies, resolved");

        assertThatThrownBy(() -> tier(2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageEndingWith("; name a directory that nothing else uses");
        assertThat(lock).hasContent("42 dependencies, resolved");
    }

    @Test
    void aFullDiskIsCountedAndSurvived() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/mount"))
                        && run("mount", "-t", "tmpfs", "-o", "size=1m", "none", directory.toString()) == 0,
                "SKIPPED: a full disk can only be made by root, with mount");
        try {
            try (SoloDisk tier = tier(BLOCKS)) {
                readAll(tier);
                assertThat(meter.snapshot().diskWriteFailures()).isPositive();
                assertThat(meter.snapshot().diskWrites()).isPositive();
                source.reads.set(0);
                readAll(tier);
                assertThat(source.reads.get())
                        .isEqualTo(BLOCKS - (int) meter.snapshot().diskHits());
                assertThat(meter.snapshot().tornBlocks()).isZero();
            }
            try (SoloDisk tier = tier(BLOCKS)) {
                readAll(tier);
                assertThat(meter.snapshot().diskHits()).isPositive();
                assertThat(meter.snapshot().tornBlocks()).isZero();
            }
        } finally {
            assertThat(run("umount", directory.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsRefusedAtTheStart() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        assertThatThrownBy(() -> tier(file.resolve("cache"), map("a"), (block, after) -> 0, 2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("opening the disk tier failed: directory=" + file.resolve("cache"))
                .hasMessageEndingWith("; name a directory that can be created and written");
    }

    @Test
    void twoTiersOfOneProcessCannotShareADirectory() {
        try (SoloDisk first = tier(2)) {
            assertThat(first.sizeBytes()).isEqualTo(2 * FRAME_BYTES);
            assertThatThrownBy(() -> tier(2))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("heldByPid=" + ProcessHandle.current().pid());
        }
        tier(2).close();
    }

    @Test
    void aBudgetOfLessThanOneBlockIsRefused() {
        assertThatThrownBy(() -> tier(0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("budgetBytes=0, oneBlockBytes=" + FRAME_BYTES);
    }

    @Test
    void aBudgetFarBeyondTheDataCostsNoHeap() {
        for (int run = 0; run < 2; run++) {
            try (SoloDisk tier = tier(1L << 40)) {
                readAll(tier);
                readAll(another(tier, map("mem:/b")));
                readAll(tier);
            }
        }
        assertThat(source.reads.get()).isEqualTo(2 * BLOCKS);
        assertThat(meter.snapshot().diskHits()).isEqualTo(3 * BLOCKS);
    }

    @Test
    void aFailureOfTheSourceIsPassedOnAndNothingIsKept() {
        HeldSource held = new HeldSource();
        try (SoloDisk tier = SoloDisk.open(
                        directory, map("mem:/a"), held, (block, after) -> 1, clock, 2 * FRAME_BYTES, meter);
                Arena arena = Arena.ofShared()) {
            var outcome =
                    tier.read(0, Deadline.NONE, arena.allocate(BLOCK_BYTES)).toFuture();
            held.read(0).fail(new IOException("reset"));
            assertThatThrownBy(outcome::join).hasRootCauseMessage("reset");
            assertThat(meter.snapshot().diskWrites()).isZero();
        }
    }

    @Test
    void blocksOfSeveralDatasetsSurviveARestartTogether() {
        for (int run = 0; run < 2; run++) {
            try (SoloDisk first = tier(2 * BLOCKS)) {
                readAll(first);
                readAll(another(first, map("mem:/b")));
            }
        }
        assertThat(source.reads.get()).isEqualTo(2 * BLOCKS);
    }

    @Test
    void blocksOfADatasetThatNobodyReadsStayUntilThereIsNoOtherRoom() {
        fill();
        try (SoloDisk other = tier(directory, map("mem:/b"), (block, after) -> NextUse.NEVER, BLOCKS + 3)) {
            IntStream.range(0, 5).forEach(block -> read(other, block));
            source.reads.set(0);
            readAll(another(other, map("mem:/a")));
            assertThat(source.reads.get()).as("two of its frames were taken").isEqualTo(2);
        }
    }

    private SoloDisk another(SoloDisk disk, BlockMap map) {
        DatasetFrames dataset = disk.tier().find(map);
        return new SoloDisk(
                disk.tier(), disk.tier().attach(dataset, source, (block, after) -> NextUse.NEVER, clock, meter));
    }

    @Test
    void aBlockOfAnotherDatasetMakesRoomWhenItsJobNeedsItLater() {
        try (SoloDisk soon = tier(directory, map("mem:/a"), (block, after) -> after + 2, 2)) {
            SoloDisk late = new SoloDisk(
                    soon.tier(),
                    soon.tier()
                            .attach(
                                    soon.tier().find(map("mem:/b")),
                                    source,
                                    (block, after) -> after + 50,
                                    clock,
                                    meter));
            read(late, 1);
            read(late, 2);
            read(soon, 1);
            assertThat(meter.snapshot().diskEvictions()).isEqualTo(1);
            read(late, 3);
            assertThat(meter.snapshot().diskBypasses()).isEqualTo(1);
        }
    }

    @Test
    void aReadOnlyDirectoryIsRefusedAtTheStart() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/mount"))
                        && run("mount", "-t", "tmpfs", "-o", "size=1m,ro", "none", directory.toString()) == 0,
                "SKIPPED: a read-only directory that root cannot write either can only be made by root, with mount");
        try {
            assertThatThrownBy(() -> tier(2))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("opening the disk tier failed: directory=" + directory)
                    .hasMessageEndingWith("; name a directory that can be created and written");
        } finally {
            assertThat(run("umount", directory.toString())).isZero();
        }
    }

    /// An immutable file refuses writes also through a descriptor that was opened before.
    @Test
    void aSlabThatBecomesReadOnlyIsReadAndItsWriteFailuresAreCounted() throws Exception {
        fill();
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/chattr")), "SKIPPED: an immutable file needs chattr");
        try (SoloDisk tier = tier(directory, map("mem:/a"), (block, after) -> NextUse.NEVER, BLOCKS + 4)) {
            boolean immutable = run("chattr", "+i", slab().toString()) == 0;
            try {
                Assumptions.assumeTrue(immutable, "SKIPPED: the file system has no immutable files");
                readAll(tier);
                assertThat(meter.snapshot().diskHits()).isEqualTo(BLOCKS);
                SoloDisk other = another(tier, map("mem:/b"));
                readAll(other);
                assertThat(meter.snapshot().diskWriteFailures())
                        .as("a frame that could not be written is not tried again")
                        .isEqualTo(4);
                readAll(tier);
                assertThat(meter.snapshot().diskHits()).isEqualTo(2 * BLOCKS);
            } finally {
                run("chattr", "-i", slab().toString());
            }
        }
    }
}
