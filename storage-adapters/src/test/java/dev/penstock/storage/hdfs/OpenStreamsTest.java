package dev.penstock.storage.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/// Which streams are open, what the name node is asked for, and how ranges are cut.
class OpenStreamsTest {

    private static final int BLOCK_BYTES = 4 << 20;

    @TempDir
    static Path directory;

    private static Cluster cluster;

    private ObjectStore store;

    @BeforeEach
    void openStore() {
        store = ObjectStores.open(cluster.uri("/data"));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = Cluster.start(directory);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @Test
    void aFileIsOpenedOnceHoweverOftenItIsRead() {
        byte[] bytes = random(8 * BLOCK_BYTES);
        ObjectMetadata object = write("often.bin", bytes);
        Cluster.NameNodeCalls before = cluster.nameNodeCalls();
        int reads = 20;
        for (int n = 0; n < reads; n++) {
            int from = n * ((bytes.length - BLOCK_BYTES) / reads);
            byte[] range = new byte[BLOCK_BYTES];
            store.read(object, from, MemorySegment.ofArray(range)).block();
            assertThat(range).isEqualTo(Arrays.copyOfRange(bytes, from, from + range.length));
        }
        assertThat(cluster.nameNodeCalls().since(before)).isEqualTo(new Cluster.NameNodeCalls(1, reads));
    }

    @Test
    void readsAtTheSameTimeShareTheStream() {
        byte[] bytes = random(8 * BLOCK_BYTES);
        ObjectMetadata object = write("shared.bin", bytes);
        byte[] read = new byte[bytes.length];
        int rangeBytes = BLOCK_BYTES / 8;
        store.read(object, 0, MemorySegment.ofArray(new byte[1])).block();
        Cluster.NameNodeCalls before = cluster.nameNodeCalls();
        Flux.range(0, bytes.length / rangeBytes)
                .flatMap(
                        n -> store.read(
                                object,
                                (long) n * rangeBytes,
                                MemorySegment.ofArray(read).asSlice((long) n * rangeBytes, rangeBytes)),
                        64)
                .blockLast();
        assertThat(read).isEqualTo(bytes);
        assertThat(cluster.nameNodeCalls().since(before).blockLocations()).isZero();
    }

    @Test
    void aFileReplacedOrDeletedUnderAnOpenStreamIsFound() throws IOException {
        ObjectMetadata object = write("changing.bin", random(1000));
        read(object);
        byte[] other = random(1000);
        ObjectMetadata replaced = write("changing.bin", other);
        assertThatThrownBy(() -> read(object)).isInstanceOf(CorruptDataException.class);
        assertThat(read(replaced)).isEqualTo(other);
        cluster.files().delete(new org.apache.hadoop.fs.Path("/data/changing.bin"), false);
        assertThatThrownBy(() -> read(replaced)).isInstanceOf(ObjectMissingException.class);
    }

    @Test
    void idleStreamsAreBoundedAndClosed() throws IOException {
        DistributedFileSystem files = cluster.files();
        OpenStreams streams = new OpenStreams(files, 2);
        org.apache.hadoop.fs.Path[] paths = new org.apache.hadoop.fs.Path[3];
        FSDataInputStream[] opened = new FSDataInputStream[paths.length];
        for (int n = 0; n < paths.length; n++) {
            ObjectMetadata object = write("idle-" + n, new byte[10]);
            paths[n] = new org.apache.hadoop.fs.Path("/data", object.key());
            OpenStream stream = streams.acquire(paths[n], "v");
            opened[n] = stream.in();
            assertThat(stream.in().read(0, ByteBuffer.allocate(10))).isEqualTo(10);
            streams.release(stream);
        }
        assertThat(streams.openCount()).isEqualTo(2);
        assertClosed(opened[0]);
        OpenStream used = streams.acquire(paths[1], "v");
        assertThat(used.in()).isSameAs(opened[1]);
        streams.forget(paths[1]);
        assertThat(opened[1].read(0, ByteBuffer.allocate(10))).isEqualTo(10);
        streams.release(used);
        assertClosed(opened[1]);
        OpenStream newer = streams.acquire(paths[2], "w");
        assertClosed(opened[2]);
        streams.close();
        assertThat(newer.in().read(0, ByteBuffer.allocate(10))).isEqualTo(10);
        streams.release(newer);
        assertClosed(newer.in());
    }

    @Test
    void rangesAreCutWhereBlocksEnd() throws IOException {
        write("cut.bin", new byte[10]);
        try (FSDataInputStream in = cluster.files().open(new org.apache.hadoop.fs.Path("/data/cut.bin"))) {
            // Where this changes, ranges of one piece are read side by side, and the charter of RangeRead is out of
            // date.
            assertThat(in.hasCapability(StreamCapabilities.VECTOREDIO)).isFalse();
            RangeRead read = new RangeRead(in, 100, 0, new ReadTarget(MemorySegment.ofArray(new byte[1])));
            assertThat(read.split(50, 200))
                    .extracting(FileRange::getOffset, FileRange::getLength)
                    .containsExactly(tuple(50L, 50), tuple(100L, 100), tuple(200L, 50));
            assertThat(read.split(100, 100)).hasSize(1);
        }
    }

    private static void assertClosed(FSDataInputStream in) {
        assertThatThrownBy(() -> in.read(0, ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }

    private ObjectMetadata write(String key, byte[] bytes) {
        try (ObjectWriter writer = store.write(key)) {
            writer.write(ByteBuffer.wrap(bytes));
            return writer.commit();
        }
    }

    private byte[] read(ObjectMetadata object) {
        byte[] destination = new byte[Math.toIntExact(object.sizeBytes())];
        store.read(object, 0, MemorySegment.ofArray(destination)).block();
        return destination;
    }

    private static byte[] random(int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        new Random(lengthBytes).nextBytes(bytes);
        return bytes;
    }
}
