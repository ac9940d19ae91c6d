package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.CorruptDataException;
import dev.penstock.format.TarBytes;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexBuilder;
import dev.penstock.index.IndexOptions;
import dev.penstock.index.ShardIndex;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.Deadline;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class VerifiedBlocksTest {

    private static final int BLOCK_BYTES = 2 * ShardIndex.CHUNK_BYTES;

    @TempDir
    private Path directory;

    private byte[] shard;
    private DirectoryStore store;
    private DatasetIndex index;
    private List<ObjectMetadata> objects;
    private BlockMap map;
    private final FetchMeter meter = new FetchMeter();

    @BeforeEach
    void indexOneShard() throws IOException {
        byte[] sample = new byte[300_000];
        new Random(3).nextBytes(sample);
        shard = new TarBytes().file("a.bin", sample).file("b.bin", "end").end();
        Files.write(directory.resolve("0.tar"), shard);
        store = new DirectoryStore(directory);
        new IndexBuilder(store, IndexOptions.defaults()).build(bytes -> {});
        index = DatasetIndex.open(store);
        objects = index.currentObjects(store);
        map = new BlockMap(new long[] {shard.length}, List.of("0"), BLOCK_BYTES);
    }

    @AfterEach
    void close() {
        index.close();
        store.close();
    }

    private byte[] memory(int block) {
        return new byte[map.lengthBytes(block)];
    }

    private byte[] stored(int block) {
        int from = (int) map.offsetBytes(block);
        return Arrays.copyOfRange(shard, from, from + map.lengthBytes(block));
    }

    private VerifiedBlocks blocks(RangeSource source) {
        return new VerifiedBlocks(source, objects, index, map, meter);
    }

    private static Mono<Void> send(RangeRequest request, byte[] object) {
        return Mono.fromRunnable(() -> request.target()
                .write(0, ByteBuffer.wrap(object, (int) request.offsetBytes(), (int)
                        request.target().sizeBytes())));
    }

    @Test
    void everyBlockIsDeliveredAsItWasIndexed() {
        VerifiedBlocks blocks = blocks(request -> send(request, shard));
        for (int block = 0; block < map.blockCount(); block++) {
            byte[] memory = memory(block);
            blocks.read(block, Deadline.NONE, MemorySegment.ofArray(memory)).block();
            assertThat(memory).isEqualTo(stored(block));
        }
        assertThat(meter.snapshot().blocks()).isEqualTo(map.blockCount());
        assertThat(meter.snapshot().usefulBytes()).isEqualTo(shard.length);
        assertThat(meter.snapshot().receivedBytes()).isEqualTo(shard.length);
        assertThat(meter.snapshot().wireOverUseful()).isEqualTo(1);
    }

    @Test
    void aFlippedBitInAnyChunkIsReadAgain() {
        for (int chunk = 0; chunk < index.shard(0).chunkCount(); chunk++) {
            int at = Math.min(chunk * ShardIndex.CHUNK_BYTES + 17, shard.length - 1);
            byte[] flipped = shard.clone();
            flipped[at] ^= 4;
            AtomicInteger reads = new AtomicInteger();
            int block = at / BLOCK_BYTES;
            byte[] memory = memory(block);
            blocks(request -> send(request, reads.getAndIncrement() == 0 ? flipped : shard))
                    .read(block, Deadline.NONE, MemorySegment.ofArray(memory))
                    .block();
            assertThat(memory).as("chunk %d", chunk).isEqualTo(stored(block));
            assertThat(reads).as("chunk %d", chunk).hasValue(2);
            assertThat(meter.snapshot().corruptBlocks()).isEqualTo(chunk + 1);
        }
        assertThat(meter.snapshot().wireOverUseful()).isEqualTo(2);
    }

    @Test
    void bytesThatStayWrongAreAnErrorThatNamesThem() {
        byte[] flipped = shard.clone();
        flipped[BLOCK_BYTES + ShardIndex.CHUNK_BYTES + 5] ^= 1;
        Mono<Void> read =
                blocks(request -> send(request, flipped)).read(1, Deadline.NONE, MemorySegment.ofArray(memory(1)));
        assertThatThrownBy(read::block)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageMatching("verifying a block failed: shard=0.tar, offset=196608, bytes=65536,"
                        + " expected=crc32c [0-9a-f]+, found=crc32c [0-9a-f]+, reads=3;"
                        + " restore the shard, or index the dataset again");
        assertThat(meter.snapshot().corruptBlocks()).isEqualTo(VerifiedBlocks.MAX_READS);
    }

    @Test
    void blocksSmallerThanAChunkAreNotCompared() {
        map = new BlockMap(new long[] {shard.length}, List.of("0"), 4096);
        byte[] memory = memory(2);
        blocks(request -> send(request, new byte[shard.length]))
                .read(2, Deadline.NONE, MemorySegment.ofArray(memory))
                .block();
        assertThat(memory).containsOnly(0);
    }

    @Test
    void aSourceThatEndsShortIsAnError() {
        Mono<Void> read = blocks(request -> Mono.empty()).read(0, Deadline.NONE, MemorySegment.ofArray(memory(0)));
        assertThatThrownBy(read::block).isInstanceOf(IllegalStateException.class);
        assertThat(meter.snapshot().blocks()).isZero();
    }

    @Test
    void theTargetIsClosedBeforeAnySignalAndWhenACancelReturns() {
        AtomicReference<ReadTarget> target = new AtomicReference<>();
        RangeSource asked = request -> {
            target.set(request.target());
            return switch (request.object().key()) {
                case "fails" -> Mono.error(new IllegalStateException("scripted"));
                case "never" -> Mono.never();
                default -> send(request, shard);
            };
        };
        for (String key : List.of("0.tar", "fails", "never")) {
            objects = List.of(new ObjectMetadata(key, shard.length, ""));
            byte[] memory = memory(0);
            AtomicReference<Boolean> quiet = new AtomicReference<>(false);
            blocks(asked)
                    .read(0, Deadline.NONE, MemorySegment.ofArray(memory))
                    .subscribe(
                            ignored -> {},
                            failure -> quiet.set(isQuiet(target.get(), memory)),
                            () -> quiet.set(isQuiet(target.get(), memory)))
                    .dispose();
            assertThat(isQuiet(target.get(), memory)).as(key).isTrue();
            assertThat(quiet.get() || key.equals("never")).as(key).isTrue();
        }
    }

    /// Whether a late write leaves the memory as it is.
    private static boolean isQuiet(ReadTarget target, byte[] memory) {
        byte before = memory[0];
        target.write(0, ByteBuffer.wrap(new byte[] {(byte) (before + 1)}));
        return memory[0] == before;
    }

    @Test
    void closingTheOriginEndsWhatWaits() {
        FetchConfig oneAttempt = FetchConfig.defaults().withGiveUpAfter(Duration.ZERO);
        Origin origin = Origin.of(store, objects, index, map, oneAttempt, OriginLimit.of(oneAttempt), meter);
        byte[] memory = memory(1);
        origin.read(1, Deadline.NONE, MemorySegment.ofArray(memory)).block();
        assertThat(memory).isEqualTo(stored(1));
        origin.close();
        Mono<Void> late = origin.read(0, Deadline.NONE, MemorySegment.ofArray(memory(0)));
        assertThatThrownBy(late::block)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the origin is closed");
    }
}
