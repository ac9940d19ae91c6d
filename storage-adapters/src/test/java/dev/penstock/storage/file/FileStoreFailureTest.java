package dev.penstock.storage.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.store.ObjectWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong with files: each case is the real failure, made with the file system itself.
class FileStoreFailureTest {

    @TempDir
    Path directory;

    private ObjectStore store;

    @BeforeEach
    void openStore() {
        store = ObjectStores.open(directory.toUri());
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void aFileDeletedBetweenReadsIsMissing() throws IOException {
        ObjectMetadata object = write(store, "a.bin", 1000);
        read(object, 1000);
        Files.delete(directory.resolve("a.bin"));
        assertThatThrownBy(() -> read(object, 1000))
                .isInstanceOf(StoreAccessException.class)
                .hasMessage("object access failed: uri=" + store.root()
                        + ", key=a.bin, found=no such file or directory;"
                        + " check the path, and that its file system is mounted");
    }

    @Test
    void aFileCutBetweenReadsIsCorrupt() throws IOException {
        ObjectMetadata object = write(store, "a.bin", 1000);
        read(object, 1000);
        try (FileChannel channel = FileChannel.open(directory.resolve("a.bin"), StandardOpenOption.WRITE)) {
            channel.truncate(999);
        }
        assertThatThrownBy(() -> read(object, 10))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("key=a.bin, expected=1000 bytes of version " + object.version())
                .hasMessageContaining("found=999 bytes");
    }

    @Test
    void aFileReplacedByOneOfTheSameSizeIsCorruptThoughItsDescriptorIsOpen() throws IOException {
        ObjectMetadata object = write(store, "a.bin", 1000);
        read(object, 1000);
        Path other = Files.write(directory.resolve("other"), new byte[1000]);
        Files.setLastModifiedTime(other, FileTime.fromMillis(1)); // both may have been written in one clock tick
        Files.move(other, directory.resolve("a.bin"), StandardCopyOption.ATOMIC_MOVE);
        assertThatThrownBy(() -> read(object, 1000))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("the object changed since it was indexed");
    }

    @Test
    void aReplacedFileIsReadFromItsNewDescriptor() throws IOException {
        read(write(store, "a.bin", 1000), 1000);
        Path other = Files.write(directory.resolve("other"), "new".repeat(10).getBytes(UTF_8));
        Files.move(other, directory.resolve("a.bin"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(read(new ObjectMetadata("a.bin", 30, ""), 30))
                .isEqualTo("new".repeat(10).getBytes(UTF_8));
    }

    @Test
    void aFileThatEndsBeforeItsStatedSizeIsCorrupt() {
        // sysfs states a page for every file and then gives a few bytes: a read that is cut, without a race.
        Path attribute = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        assumeThat(attribute).as("needs sysfs").isReadable();
        try (ObjectStore sysfs = ObjectStores.open(attribute.getParent().toUri())) {
            ObjectMetadata object = sysfs.stat("enabled").block();
            byte[] destination = new byte[Math.toIntExact(object.sizeBytes())];
            assertThatThrownBy(() -> sysfs.read(object, 0, MemorySegment.ofArray(destination))
                            .block())
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("key=enabled, range=[0, 4096), expected=4096 bytes, found=");
        }
    }

    @Test
    void aDirectoryIsNoObject() throws IOException {
        Files.createDirectory(directory.resolve("sub"));
        assertThatThrownBy(() -> store.stat("sub").block())
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("found=a directory");
    }

    @Test
    void aKeyBelowAFileIsAnAccessFailure() {
        write(store, "a.bin", 1);
        assertThatThrownBy(() -> store.stat("a.bin/b").block())
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("key=a.bin/b, found=no such file or directory");
        assertThatThrownBy(() -> store.write("a.bin/b")).isInstanceOf(StoreAccessException.class);
    }

    @Test
    void aListingFollowsLinksToFilesAndDirectories() throws IOException {
        write(store, "real/a.bin", 5);
        Files.createSymbolicLink(directory.resolve("file.bin"), Path.of("real/a.bin"));
        Files.createSymbolicLink(directory.resolve("linked"), Path.of("real"));
        assertThat(store.list("").map(ObjectMetadata::key).collectList().block())
                .containsExactly("file.bin", "linked/a.bin", "real/a.bin");
    }

    @Test
    void aListingFailsOnWhatItCannotRead() throws IOException {
        write(store, "a.bin", 1);
        for (String target : new String[] {"nowhere", "link", "."}) {
            Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of(target));
            assertThatThrownBy(() -> store.list("").collectList().block())
                    .as("link to %s", target)
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("path=" + link);
            assertThat(store.list("a").collectList().block())
                    .as("beside the prefix")
                    .hasSize(1);
            Files.delete(link);
        }
    }

    @Test
    void aMissingRootFailsItsListingAndIsMadeByTheFirstWrite() {
        try (ObjectStore missing = ObjectStores.open(directory.resolve("x/y").toUri())) {
            assertThatThrownBy(() -> missing.list("").collectList().block())
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("path=" + directory.resolve("x/y"));
            write(missing, "a.bin", 1);
            assertThat(missing.list("").collectList().block()).hasSize(1);
        }
    }

    @Test
    void aRootThatIsAFileIsRefusedWhenOpened() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> ObjectStores.open(file.toUri()))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("expected=a directory");
    }

    @Test
    void everyFormOfAFileUriNamesTheSameDirectory() {
        write(store, "a b/c.bin", 1);
        Path relative = Path.of("").toAbsolutePath().relativize(directory);
        for (String uri : List.of(
                "file:" + directory + "/a%20b", "file://" + directory + "/a%20b/", "file:" + relative + "/a%20b")) {
            try (ObjectStore opened = ObjectStores.open(URI.create(uri))) {
                assertThat(opened.list("")
                                .map(ObjectMetadata::key)
                                .collectList()
                                .block())
                        .as(uri)
                        .containsExactly("c.bin");
                assertThat(opened.localPath("c.bin"))
                        .hasValueSatisfying(path -> assertThat(path).exists());
            }
        }
        for (String uri : List.of("file://server/share", "file:/a#b", "file:a#b")) {
            assertThatThrownBy(() -> ObjectStores.open(URI.create(uri)))
                    .as(uri)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("write file:DIR");
        }
    }

    @Test
    void descriptorsAreBoundedOverManyFiles() throws IOException {
        List<ObjectMetadata> objects = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Files.write(directory.resolve("f" + i), new byte[] {(byte) i});
            objects.add(new ObjectMetadata("f" + i, 1, ""));
        }
        for (int i = 0; i < objects.size(); i++) {
            assertThat(read(objects.get(i), 1)).containsExactly((byte) i);
        }
        assertThat(Descriptors.below(directory)).hasSize(256);
        store.close();
        assertThat(Descriptors.below(directory)).isEmpty();
    }

    @Test
    void aFullDiskStopsTheWriterAndLeavesNothing() throws IOException, InterruptedException {
        Path small = Files.createDirectory(directory.resolve("small"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString()))
                .as("needs the right to mount a tmpfs: the full-disk case did NOT run")
                .isZero();
        try (ObjectStore tmpfs = ObjectStores.open(small.toUri())) {
            ObjectMetadata before = write(tmpfs, "a.bin", 1000);
            assertThatThrownBy(() -> write(tmpfs, "a.bin", 2 << 20))
                    .isInstanceOf(ResourceExhaustedException.class)
                    .hasMessageContaining("key=a.bin")
                    .hasMessageEndingWith("found=No space left on device; free space, or write elsewhere");
            assertThat(tmpfs.stat("a.bin").block()).isEqualTo(before);
            assertThat(names(small)).containsExactly("a.bin");
        } finally {
            run("umount", small.toString());
        }
    }

    @Test
    void aKilledWriterLeavesNoObjectAndTheNextWriterClearsItsFile() throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlowWriter.class.getName(),
                        directory.toUri().toString(),
                        "a.bin")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = writer.inputReader()) {
            assertThat(output.readLine()).isEqualTo("half");

            write(store, "a.bin", 10);
            assertThat(names(directory)).as("the file of a live writer stays").hasSize(2);
            Files.delete(directory.resolve("a.bin"));
        } finally {
            writer.destroyForcibly().waitFor();
        }
        assertThat(names(directory)).singleElement().asString().startsWith(".penstock-partial-");
        assertThat(store.list("").collectList().block()).isEmpty();
        assertThatThrownBy(() -> store.stat("a.bin").block()).isInstanceOf(StoreAccessException.class);

        write(store, "b.bin", 10);
        assertThat(names(directory)).as("another key's writer leaves it").hasSize(2);
        write(store, "a.bin", 10);
        assertThat(names(directory)).containsExactly("a.bin", "b.bin");
    }

    @Test
    void aNameOfPartialFilesIsNoKey() {
        assertThatThrownBy(() -> store.write("x/.penstock-partial-1")).isInstanceOf(StoreAccessException.class);
    }

    @Test
    void anInputOutputErrorMayBeTriedAgain() throws IOException {
        try (FileChannel unmapped = FileChannel.open(Path.of("/proc/self/mem"), StandardOpenOption.READ)) {
            assertThatThrownBy(() -> unmapped.read(ByteBuffer.allocate(1), 0))
                    .isInstanceOfSatisfying(
                            IOException.class,
                            failure -> assertThat(FileFailures.of(FailureMessage.of("object read"), failure))
                                    .isInstanceOf(RetryableException.class)
                                    .hasMessageContaining("found=Input/output error"));
        }
    }

    private static ObjectMetadata write(ObjectStore store, String key, int sizeBytes) {
        try (ObjectWriter writer = store.write(key)) {
            writer.write(ByteBuffer.allocate(sizeBytes));
            return writer.commit();
        }
    }

    private byte[] read(ObjectMetadata object, int lengthBytes) {
        byte[] destination = new byte[lengthBytes];
        store.read(object, 0, MemorySegment.ofArray(destination)).block();
        return destination;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
