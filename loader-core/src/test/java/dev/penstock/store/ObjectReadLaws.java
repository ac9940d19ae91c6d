package dev.penstock.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.StoreAccessException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What every [ObjectStore] must do for readers; the test of a store that cannot write extends this, any other extends
/// [ObjectStoreLaws].
public abstract class ObjectReadLaws {

    /// Keys that every store takes.
    static final List<String> UNUSUAL_KEYS =
            List.of("a b.tar", "100%25.tar", "50%.tar", "ü/日本語.tar", "a+b?c#d.tar", ".hidden", "a..b", "...");

    /// Keys that every store refuses.
    static final List<String> REFUSED_KEYS =
            List.of("", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "./a", "a//b", "a/", "a\0b");

    private static final byte POISON = (byte) 0xA5;
    private static final int GUARD_BYTES = 64;

    private final List<ObjectStore> opened = new ArrayList<>();
    private ObjectStore store;

    /// Opens the store below one root; empty at the first call of a test, the same root at every call of that test.
    protected abstract ObjectStore open();

    /// Makes `bytes` an object of the root, and returns what `store` says of it.
    protected abstract ObjectMetadata put(ObjectStore store, String key, byte[] bytes);

    @BeforeEach
    void openStore() {
        store = opened();
    }

    @AfterEach
    void closeStores() {
        opened.forEach(ObjectStore::close);
    }

    /// The store of this test.
    final ObjectStore store() {
        return store;
    }

    private ObjectStore opened() {
        ObjectStore next = open();
        opened.add(next);
        return next;
    }

    @Test
    void readsWhatWasWrittenForAnyRange() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = random(random, 100_003);
        ObjectMetadata object = write("a.bin", bytes);
        for (int i = 0; i < 100; i++) {
            int from = random.nextInt(bytes.length + 1);
            int length = random.nextInt(bytes.length - from + 1);
            assertThat(read(object, from, length))
                    .as("seed %d, range [%d, %d)", seed, from, from + length)
                    .isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
        }
    }

    @Test
    void aReadLargerThanOneSystemCallIsWhole() {
        byte[] bytes = random(new Random(1), (20 << 20) + 1);
        assertThat(read(write("large.bin", bytes), 0, bytes.length)).isEqualTo(bytes);
    }

    @Test
    void readsBlocksIntoFramesAlignedLikeThem() {
        int blockBytes = 1 << 20;
        byte[] bytes = random(new Random(9), 3 * blockBytes + 4097);
        ObjectMetadata object = write("a.bin", bytes);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment frame = arena.allocate(blockBytes, blockBytes);
            for (int from = 0; from < bytes.length; from += blockBytes) {
                MemorySegment block = frame.asSlice(0, Math.min(blockBytes, bytes.length - from));
                store.read(object, from, block).block();
                assertThat(block.mismatch(MemorySegment.ofArray(bytes).asSlice(from, block.byteSize())))
                        .as("block at %d", from)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void aReadBringsOnlyTheBytesThatAreMissing() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = random(random, 300_000);
        ObjectMetadata object = write("a.bin", bytes);
        for (int i = 0; i < 20; i++) {
            int from = random.nextInt(bytes.length);
            int length = random.nextInt(bytes.length - from + 1);
            int here = random.nextInt(length + 1);
            byte[] memory = new byte[length];
            ReadTarget target = new ReadTarget(MemorySegment.ofArray(memory));
            target.write(0, ByteBuffer.wrap(bytes, from, here));
            store.read(object, from, target).block();
            assertThat(memory)
                    .as("seed %d, range [%d, %d), %d here", seed, from, from + length, here)
                    .isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
            assertThat(target.receivedBytes()).as("seed %d", seed).isEqualTo(length);
            store.read(object, from, target).block();
            assertThat(target.receivedBytes())
                    .as("a full target asks for nothing")
                    .isEqualTo(length);
        }
    }

    @Test
    void aReadWritesTheWholeDestinationAndNothingBeyondIt() {
        byte[] bytes = random(new Random(2), 5_000);
        ObjectMetadata object = write("a.bin", bytes);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment guarded = arena.allocate(GUARD_BYTES + bytes.length + GUARD_BYTES);
            guarded.fill(POISON);
            store.read(object, 0, guarded.asSlice(GUARD_BYTES, bytes.length)).block();
            assertThat(guarded.asSlice(GUARD_BYTES, bytes.length).toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(bytes);
            assertThat(guarded.asSlice(0, GUARD_BYTES).toArray(ValueLayout.JAVA_BYTE))
                    .containsOnly(POISON);
            assertThat(guarded.asSlice(GUARD_BYTES + bytes.length).toArray(ValueLayout.JAVA_BYTE))
                    .containsOnly(POISON);
        }
    }

    @Test
    void readsIntoAByteArray() {
        byte[] bytes = random(new Random(3), 777);
        byte[] destination = new byte[700];
        store.read(write("a.bin", bytes), 77, MemorySegment.ofArray(destination))
                .block();
        assertThat(destination).isEqualTo(Arrays.copyOfRange(bytes, 77, 777));
    }

    @Test
    void concurrentReadsFillDistinctMemory() {
        byte[] bytes = random(new Random(4), 1 << 20);
        ObjectMetadata object = write("a.bin", bytes);
        int partBytes = 4096;
        int parts = bytes.length / partBytes;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment destination = arena.allocate(bytes.length);
            Flux.range(0, parts)
                    .flatMap(
                            part -> store.read(
                                    object,
                                    (long) part * partBytes,
                                    destination.asSlice((long) part * partBytes, partBytes)),
                            parts)
                    .blockLast();
            assertThat(destination.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
        }
    }

    @Test
    void nothingHappensBeforeSubscription() {
        Mono<ObjectMetadata> stat = store.stat("later");
        ObjectMetadata written = write("later", new byte[3]);
        assertThat(stat.block()).isEqualTo(written);
    }

    @Test
    void aMissingObjectIsAnAccessFailureThatNamesIt() {
        write("present", new byte[1]);
        assertThatThrownBy(() -> store.stat("missing").block())
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("missing");
        assertThatThrownBy(() -> read(new ObjectMetadata("missing", 1, ""), 0, 1))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void anObjectOfAnotherSizeOrVersionIsCorrupt() {
        ObjectMetadata object = write("a.bin", new byte[100]);
        for (ObjectMetadata wanted : List.of(
                new ObjectMetadata("a.bin", 101, object.version()),
                new ObjectMetadata("a.bin", 99, ""),
                new ObjectMetadata("a.bin", 100, object.version() + "0"))) {
            assertThatThrownBy(() -> read(wanted, 0, 10))
                    .as("%s", wanted)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("a.bin")
                    .hasMessageContaining("expected=")
                    .hasMessageContaining("found=");
        }
        assertThat(read(new ObjectMetadata("a.bin", 100, ""), 0, 10)).hasSize(10);
    }

    @Test
    void aRangeOutsideTheObjectIsRefused() {
        ObjectMetadata object = write("a.bin", new byte[100]);
        for (long from : new long[] {-1, 91, 100, 101, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> read(object, from, 10))
                    .as("from %d", from)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("a.bin");
        }
    }

    @Test
    void whatOneStoreWroteAnotherOfTheSameRootReads() {
        ObjectMetadata object = write("a.bin", "shared".getBytes(UTF_8));
        ObjectStore other = opened();
        store.close();
        byte[] found = new byte[6];
        other.read(object, 0, MemorySegment.ofArray(found)).block();
        assertThat(found).isEqualTo("shared".getBytes(UTF_8));
        assertThat(other.root()).isEqualTo(store.root());
    }

    @Test
    void everyReadOfAClosingStoreEndsAndNoneWritesAfterwards() {
        byte[] bytes = random(new Random(6), 8 << 20);
        ObjectMetadata object = write("a.bin", bytes);
        int reads = 200;
        CountDownLatch ended = new CountDownLatch(reads);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment destination = arena.allocate(bytes.length);
            for (int i = 0; i < reads; i++) {
                store.read(object, 0, destination).subscribe(_ -> {}, _ -> ended.countDown(), ended::countDown);
            }
            store.close();
            assertThat(ended.getCount()).isZero();
            destination.fill(POISON);
            assertThat(destination.mismatch(arena.allocate(bytes.length).fill(POISON)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void cancelDisturbsNoOtherReadOfTheObject() {
        byte[] bytes = random(new Random(7), 1 << 20);
        ObjectMetadata object = write("a.bin", bytes);
        for (int round = 0; round < 20; round++) {
            List<Disposable> cancelled = Stream.generate(
                            () -> store.read(object, 0, MemorySegment.ofArray(new byte[bytes.length]))
                                    .subscribe())
                    .limit(8)
                    .toList();
            cancelled.forEach(Disposable::dispose);
            assertThat(read(object, 0, bytes.length)).isEqualTo(bytes);
        }
    }

    @Test
    void aReceiverThatInterruptsItsThreadDisturbsNoOtherRead() {
        byte[] bytes = random(new Random(8), 64 << 10);
        ObjectMetadata object = write("a.bin", bytes);
        Flux.range(0, 200)
                .flatMap(
                        _ -> store.read(object, 0, MemorySegment.ofArray(new byte[bytes.length]))
                                .doOnTerminate(() -> Thread.currentThread().interrupt()),
                        32)
                .blockLast();
        assertThat(read(object, 0, bytes.length)).isEqualTo(bytes);
    }

    @Test
    void anEmptyObjectIsAnObject() {
        ObjectMetadata object = write("empty", new byte[0]);
        assertThat(object.sizeBytes()).isZero();
        assertThat(read(object, 0, 0)).isEmpty();
        assertThat(store.stat("empty").block()).isEqualTo(object);
    }

    @Test
    void aReadIntoAClosedTargetCompletesAndLeavesItAlone() {
        ObjectMetadata object = write("a.bin", random(new Random(10), 10_000));
        byte[] destination = new byte[10_000];
        ReadTarget target = new ReadTarget(MemorySegment.ofArray(destination));
        target.close();
        store.read(object, 0, target).block();
        assertThat(destination).containsOnly(0);
    }

    @Test
    void unusualKeysAreRead() {
        for (String key : UNUSUAL_KEYS) {
            byte[] content = key.getBytes(UTF_8);
            assertThat(read(write(key, content), 0, content.length)).as(key).isEqualTo(content);
        }
    }

    @Test
    void keysThatAreNoRelativePathAreNotRead() {
        for (String key : REFUSED_KEYS) {
            assertThatThrownBy(() -> store.stat(key).block())
                    .as("stat '%s'", key)
                    .isInstanceOf(StoreAccessException.class);
        }
        assertThatThrownBy(() -> read(new ObjectMetadata("../x", 1, ""), 0, 1))
                .isInstanceOf(StoreAccessException.class);
    }

    @Test
    void readingAfterCloseFails() {
        ObjectMetadata object = write("a.bin", new byte[10]);
        store.close();
        store.close();
        assertThatThrownBy(() -> store.stat("a.bin").block()).isInstanceOf(StoreAccessException.class);
        assertThatThrownBy(() -> read(object, 0, 10)).isInstanceOf(StoreAccessException.class);
    }

    final ObjectMetadata write(String key, byte[] bytes) {
        return put(store, key, bytes);
    }

    final byte[] read(ObjectMetadata object, long offsetBytes, int lengthBytes) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment destination = arena.allocate(lengthBytes);
            store.read(object, offsetBytes, destination).block();
            return destination.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    static byte[] random(Random random, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        random.nextBytes(bytes);
        return bytes;
    }
}
