package dev.penstock.storage.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.store.ObjectWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedAction;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong with HDFS; each case is the real failure of a real cluster, which the last ones destroy.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HdfsStoreFailureTest {

    @TempDir
    static Path directory;

    private static Cluster cluster;

    private ObjectStore store;

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = Cluster.start(directory);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void openStore() {
        store = ObjectStores.open(cluster.uri("/data"));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void aFileReplacedByOneOfTheSameSizeIsCorrupt() {
        ObjectMetadata object = write("a.bin", new byte[1000]);
        write("a.bin", new byte[1000]);
        assertThatThrownBy(() -> read(object))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("the object changed since it was indexed");
    }

    @Test
    void whatIsMissingIsNamed() {
        write("a.bin", new byte[1]);
        assertThatThrownBy(() -> store.stat("b.bin").block())
                .isInstanceOf(StoreAccessException.class)
                .hasMessage("object access failed: uri=" + store.root()
                        + ", key=b.bin, found=no such file or directory; check the path");
        try (ObjectStore nowhere = ObjectStores.open(cluster.uri("/nowhere"))) {
            assertThatThrownBy(() -> nowhere.list("").collectList().block())
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("uri=" + nowhere.root());
        }
    }

    @Test
    void aDirectoryIsNoObjectAndAColonNoName() {
        write("sub/a.bin", new byte[1]);
        assertThatThrownBy(() -> store.stat("sub").block())
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("found=a directory");
        assertThatThrownBy(() -> store.write("a:b"))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("without ':'");
        assertThatThrownBy(() -> store.write(".penstock-partial-1")).isInstanceOf(StoreAccessException.class);
    }

    @Test
    void aUserWithoutPermissionIsToldSo() throws IOException {
        ObjectMetadata object = write("private.bin", new byte[10]);
        cluster.files()
                .setPermission(new org.apache.hadoop.fs.Path("/data/private.bin"), new FsPermission((short) 0600));
        try (ObjectStore strangers = UserGroupInformation.createRemoteUser("stranger")
                .doAs((PrivilegedAction<ObjectStore>) () -> ObjectStores.open(store.root()))) {
            assertThat(strangers.stat("private.bin").block()).isEqualTo(object);
            assertThatThrownBy(() -> strangers
                            .read(object, 0, MemorySegment.ofArray(new byte[10]))
                            .block())
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("key=private.bin")
                    .hasMessageContaining("Permission denied: user=stranger");
            assertThatThrownBy(() -> strangers.write("b.bin")).isInstanceOf(StoreAccessException.class);
        }
    }

    @Test
    void aFullQuotaStopsTheWriterAndLeavesNothing() throws IOException {
        write("quota/a.bin", new byte[10]);
        cluster.files().setQuota(new org.apache.hadoop.fs.Path("/data/quota"), HdfsConstants.QUOTA_DONT_SET, 1 << 20);
        assertThatThrownBy(() -> write("quota/b.bin", new byte[1 << 20]))
                .isInstanceOf(ResourceExhaustedException.class)
                .hasMessageContaining("key=quota/b.bin")
                .hasMessageEndingWith("free space or raise the quota");
        assertThat(cluster.files().listStatus(new org.apache.hadoop.fs.Path("/data/quota")))
                .hasSize(1);
    }

    @Test
    void aNameNodeInSafeModeRefusesWritesForAWhile() throws IOException {
        write("a.bin", new byte[1]);
        cluster.files().setSafeMode(SafeModeAction.ENTER);
        try {
            assertThatThrownBy(() -> write("b.bin", new byte[1]))
                    .isInstanceOf(RetryableException.class)
                    .hasMessageContaining("wait until the name node leaves safe mode");
        } finally {
            cluster.files().setSafeMode(SafeModeAction.LEAVE);
        }
    }

    @Test
    void theConfigurationDirectoryIsRead(@TempDir Path site) throws IOException {
        Files.writeString(site.resolve("core-site.xml"), """
                <configuration>
                  <property><name>fs.hdfs.impl</name><value>org.apache.hadoop.fs.RawLocalFileSystem</value></property>
                </configuration>
                """);
        assertThatThrownBy(() -> new HdfsStore(store.root(), Map.of("HADOOP_CONF_DIR", site.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("fs.hdfs.impl=org.apache.hadoop.fs.RawLocalFileSystem");
        assertThatThrownBy(() -> new HdfsStore(store.root(), Map.of("HADOOP_CONF_DIR", site + "/none")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("HADOOP_CONF_DIR=" + site + "/none");
    }

    @Test
    void onlyAPlainUriIsAccepted() {
        for (String uri : List.of("hdfs:data", "hdfs:///data", "hdfs://me@host/data", "hdfs://h/d?q", "hdfs://h/d#f")) {
            assertThatThrownBy(() -> ObjectStores.open(URI.create(uri)))
                    .as(uri)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("write hdfs://");
        }
        assertThatThrownBy(() -> ObjectStores.open(URI.create("hdfs://nowhere.invalid/data")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("nowhere.invalid");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aReadSurvivesOneDataNodeAndNamesWhatIsGoneWhenNothingIsLeft() {
        byte[] bytes = new byte[32 << 20];
        new Random(1).nextBytes(bytes);
        ObjectMetadata object = write("large.bin", bytes);
        CompletableFuture<byte[]> reading = CompletableFuture.supplyAsync(() -> read(object));
        cluster.stopDataNode();
        assertThat(reading.join()).isEqualTo(bytes);
        assertThat(read(object)).isEqualTo(bytes);

        cluster.stopDataNode();
        assertThatThrownBy(() -> read(object))
                .isInstanceOf(RetryableException.class)
                .hasMessageContaining("key=large.bin")
                .hasMessageContaining("check the data nodes");

        cluster.stopNameNode();
        assertThatThrownBy(() -> read(object))
                .isInstanceOf(RetryableException.class)
                .hasMessageContaining("localhost:" + store.root().getPort())
                .hasMessageContaining("check that the name node runs");
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
}
