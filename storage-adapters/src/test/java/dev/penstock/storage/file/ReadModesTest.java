package dev.penstock.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is read past the page cache, what is not, and that the bytes are the same.
class ReadModesTest {

    /// A real file system without O_DIRECT that every kernel with type information mounts.
    private static final Path WITHOUT_DIRECT = Path.of("/sys/kernel/btf/vmlinux");

    private static final int GUARD_BYTES = 64;

    @TempDir
    private Path directory;

    @Test
    void everyRangeAroundTheAlignmentIsTheSameInEachMode() throws IOException {
        int alignment = new Alignment(4096).bytes();
        assertThat(Alignment.of(directory).bytes()).isEqualTo(alignment);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int sizeBytes :
                new int[] {1, alignment - 1, alignment, alignment + 1, 9 * alignment, 9 * alignment + 77}) {
            byte[] bytes = file("f" + sizeBytes, sizeBytes, random);
            ObjectMetadata object = new ObjectMetadata("f" + sizeBytes, sizeBytes, "");
            for (String mode : List.of("buffered", "direct", "auto")) {
                try (ObjectStore store = open(directory, mode);
                        Arena arena = Arena.ofShared()) {
                    MemorySegment room = arena.allocate(sizeBytes + 4L * alignment, alignment);
                    for (int i = 0; i < 40; i++) {
                        int from = near(random, alignment, sizeBytes);
                        int length = near(random, alignment, sizeBytes - from);
                        // Memory that lies to the alignment as the file does, and memory that does not.
                        long at = alignment + (from + random.nextInt(2) * 512L) % alignment;
                        room.fill((byte) 0xA5);
                        store.read(object, from, room.asSlice(at, length)).block();
                        String what = "seed %d, %s, size %d, [%d, %d) at %d"
                                .formatted(seed, mode, sizeBytes, from, from + length, at);
                        assertThat(room.asSlice(at, length)
                                        .mismatch(MemorySegment.ofArray(bytes).asSlice(from, length)))
                                .as(what)
                                .isEqualTo(-1);
                        assertGuard(room.asSlice(at - GUARD_BYTES, GUARD_BYTES), what);
                        assertGuard(room.asSlice(at + length, GUARD_BYTES), what);
                    }
                }
            }
        }
    }

    /// A number from 0 to `most`, half the time within 2 of a multiple of the alignment.
    private static int near(Random random, int alignment, int most) {
        int any = random.nextInt(most + 1);
        int edge = any / alignment * alignment + random.nextInt(-2, 3);
        return random.nextBoolean() ? any : Math.clamp(edge, 0, most);
    }

    private static void assertGuard(MemorySegment guard, String what) {
        byte[] untouched = new byte[GUARD_BYTES];
        MemorySegment.ofArray(untouched).fill((byte) 0xA5);
        assertThat(guard.mismatch(MemorySegment.ofArray(untouched))).as(what).isEqualTo(-1);
    }

    @Test
    void alignedMemoryIsReadDirectlyAndWhatIsNotAlignedIsBuffered() throws IOException {
        byte[] bytes = file("a.bin", 10_000, new Random(1));
        ObjectMetadata object = new ObjectMetadata("a.bin", bytes.length, "");
        try (Arena arena = Arena.ofShared()) {
            MemorySegment room = arena.allocate(4 * 4096, 4096);
            try (ObjectStore store = open(directory, "direct")) {
                store.read(object, 4096, room.asSlice(0, 4096)).block();
                assertThat(Descriptors.below(directory)).as("a block").containsExactly(Access.DIRECT);
            }
            try (ObjectStore store = open(directory, "direct")) {
                store.read(object, 0, room.asSlice(8, 8192)).block();
                assertThat(Descriptors.below(directory)).as("memory aside").containsExactly(Access.BUFFERED);
                store.read(object, 0, MemorySegment.ofArray(new byte[8192])).block();
                assertThat(Descriptors.below(directory)).as("an array").containsExactly(Access.BUFFERED);
                store.read(object, 8192, room.asSlice(8192, 10_000 - 8192)).block();
                assertThat(Descriptors.below(directory)).as("an end").containsExactly(Access.BUFFERED);
                store.read(object, 4000, room.asSlice(4000, 6000)).block();
                assertThat(Descriptors.below(directory))
                        .as("a block with unaligned head and tail")
                        .containsExactlyInAnyOrder(Access.BUFFERED, Access.DIRECT);
            }
        }
        assertThat(Descriptors.below(directory)).as("closed").isEmpty();
    }

    @Test
    void aReadThatGoesOnWhereAnotherStoppedAsksOnlyForTheRest() throws IOException {
        byte[] bytes = file("a.bin", 3 * 4096, new Random(2));
        byte[] poison = new byte[1000];
        try (ObjectStore store = open(directory, "direct");
                Arena arena = Arena.ofShared()) {
            ReadTarget target = new ReadTarget(arena.allocate(bytes.length, 4096));
            target.write(0, MemorySegment.ofArray(poison).asByteBuffer());
            store.read(new ObjectMetadata("a.bin", bytes.length, ""), 0, target).block();
            assertThat(target.filledBytes()).isEqualTo(bytes.length);
            assertThat(target.receivedBytes()).as("no byte came twice").isEqualTo(bytes.length);
        }
    }

    @Test
    void theFirstLargeReadsGoBothWaysAndThenOneIsKept() throws IOException {
        int blockBytes = AccessChoice.MEASURED_BYTES;
        byte[] bytes = file("a.bin", 64 * blockBytes, new Random(3));
        ObjectMetadata object = new ObjectMetadata("a.bin", bytes.length, "");
        AccessChoice choice = new AccessChoice(directory.toUri(), ReadMode.MEASURED);
        try (RangeReader reader = new RangeReader(choice);
                Arena arena = Arena.ofShared()) {
            MemorySegment frame = arena.allocate(blockBytes, blockBytes);
            Object inode = Files.getAttribute(directory.resolve("a.bin"), "fileKey");
            for (int block = 0; block < 64; block++) {
                assertThat(choice.measuring()).as("before block %d", block).isEqualTo(block < 32);
                long from = (long) block * blockBytes;
                reader.read(directory.resolve(object.key()), inode, from, new ReadTarget(frame), () -> false);
                assertThat(frame.mismatch(MemorySegment.ofArray(bytes).asSlice(from, blockBytes)))
                        .as("block %d", block)
                        .isEqualTo(-1);
            }
            assertThat(Descriptors.below(directory)).containsExactlyInAnyOrder(Access.BUFFERED, Access.DIRECT);
        }
    }

    @Test
    void aFileSystemWithoutDirectReadsIsReadThroughThePageCache() throws IOException {
        assumeThat(WITHOUT_DIRECT)
                .as("NOT RUN: needs a kernel with type information")
                .isReadable();
        try (ObjectStore store = ObjectStores.open(WITHOUT_DIRECT.getParent().toUri());
                Arena arena = Arena.ofShared()) {
            byte[] bytes = Files.readAllBytes(WITHOUT_DIRECT);
            ObjectMetadata object = new ObjectMetadata("vmlinux", bytes.length, "");
            MemorySegment destination = arena.allocate(bytes.length, 4096);
            store.read(object, 0, destination).block();
            assertThat(destination.mismatch(MemorySegment.ofArray(bytes))).isEqualTo(-1);
            assertThat(Descriptors.below(WITHOUT_DIRECT)).containsExactly(Access.BUFFERED);
        }
    }

    @Test
    void directReadsThatAFileSystemRefusesAreRefusedWhenOpenedAndWhenRead() {
        assumeThat(WITHOUT_DIRECT)
                .as("NOT RUN: needs a kernel with type information")
                .isReadable();
        assertThatThrownBy(() -> open(WITHOUT_DIRECT.getParent(), "direct"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("opening a store failed: uri=file:///sys/kernel/btf/?io=direct,"
                        + " path=/sys/kernel/btf/vmlinux, found=Invalid argument;"
                        + " this file system has no direct reads: use io=auto or io=buffered");
        FileLocation unchecked = new FileLocation(WITHOUT_DIRECT.getParent(), ReadMode.DIRECT);
        try (ObjectStore store = new FileStore(unchecked);
                Arena arena = Arena.ofShared()) {
            ObjectMetadata object = store.stat("vmlinux").block();
            assertThatThrownBy(() ->
                            store.read(object, 0, arena.allocate(8192, 4096)).block())
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageEndingWith("found=Invalid argument;"
                            + " this file system has no direct reads: use io=auto or io=buffered");
        }
    }

    @Test
    void sharedMemoryIsReadInEveryModeThatItHas() throws IOException {
        // tmpfs has direct reads from Linux 6.6 on, and refuses them before.
        Path shared = Path.of("/dev/shm");
        assumeThat(shared).as("NOT RUN: needs a tmpfs").isWritable();
        Path files = Files.createTempDirectory(shared, "penstock-test-");
        try {
            byte[] bytes = new byte[100_000];
            new Random(4).nextBytes(bytes);
            Files.write(files.resolve("a.bin"), bytes);
            for (String mode : List.of("buffered", "auto")) {
                try (ObjectStore store = open(files, mode);
                        Arena arena = Arena.ofShared()) {
                    MemorySegment destination = arena.allocate(bytes.length, 4096);
                    store.read(new ObjectMetadata("a.bin", bytes.length, ""), 0, destination)
                            .block();
                    assertThat(destination.mismatch(MemorySegment.ofArray(bytes)))
                            .as(mode)
                            .isEqualTo(-1);
                }
            }
        } finally {
            try (Stream<Path> left = Files.walk(files)) {
                for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void anUnknownParameterIsRefused() {
        for (String query : List.of("io=", "io=fast", "mode=direct", "io=direct&x=1", "IO=direct")) {
            URI uri = URI.create(directory.toUri() + "?" + query);
            assertThatThrownBy(() -> ObjectStores.open(uri))
                    .as(query)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("opening a store failed: uri=" + uri
                            + "; after '?' write io=auto, io=buffered or io=direct;"
                            + " percent-encode a '?' of the path as %3F");
        }
    }

    @Test
    void aLocationIsADirectoryAndAModeInEveryFormOfUri() {
        Path here = Path.of("").toAbsolutePath();
        assertThat(FileLocation.of(URI.create("file:/a%3Fb+c?io=direct")))
                .isEqualTo(new FileLocation(Path.of("/a?b+c"), ReadMode.DIRECT));
        assertThat(FileLocation.of(URI.create("file:a%3Fb?io=buffered")))
                .isEqualTo(new FileLocation(here.resolve("a?b"), ReadMode.BUFFERED));
        assertThat(FileLocation.of(URI.create("file:///a?io=AUTO")))
                .isEqualTo(new FileLocation(Path.of("/a"), ReadMode.MEASURED));
        assertThat(FileLocation.of(URI.create("file:a")))
                .isEqualTo(new FileLocation(here.resolve("a"), ReadMode.MEASURED));
    }

    private byte[] file(String name, int sizeBytes, Random random) throws IOException {
        byte[] bytes = new byte[sizeBytes];
        random.nextBytes(bytes);
        Files.write(directory.resolve(name), bytes);
        return bytes;
    }

    private static ObjectStore open(Path directory, String mode) {
        return ObjectStores.open(URI.create(directory.toUri() + "?io=" + mode));
    }
}
