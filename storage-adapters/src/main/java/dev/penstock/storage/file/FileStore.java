package dev.penstock.storage.file;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.storage.BlockingCalls;
import dev.penstock.storage.ReadChecks;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Files below a directory, read by position straight into the caller's memory.
///
/// An object's version is its modification time in nanoseconds, which the kernel advances every few milliseconds: two
/// writes of the same size within one tick look the same, and only a checksum tells them apart. Every read looks at
/// the path first, so a file that was deleted, replaced or cut since it was opened is noticed although its descriptor
/// is kept; a cut during the read shows as a missing end. Heap segments other than over `byte[]` are refused.
final class FileStore implements ObjectStore {

    /// With blocks of 8 MiB, enough in flight to fill a mount of 10 ms and 10 GB/s; on a local disk the page cache
    /// and the device's queue are saturated earlier, and idle threads end.
    private static final int THREAD_COUNT = 16;

    /// A quarter of the usual soft limit of 1024 descriptors, so that several stores fit in one process.
    private static final int OPEN_FILE_COUNT = 256;

    /// Below the 2 GiB of a `ByteBuffer`; also bounds how long an abandoned read keeps writing, and the bounce buffer
    /// that the JDK keeps per thread when the destination is on the heap.
    private static final int PIECE_BYTES = 8 << 20;

    private final FileKeys keys;
    private final BlockingCalls calls;
    private final OpenFiles openFiles = new OpenFiles(OPEN_FILE_COUNT);

    FileStore(Path directory) {
        this.keys = FileKeys.below(directory);
        this.calls = new BlockingCalls(keys.root(), "penstock-file", THREAD_COUNT);
    }

    @Override
    public URI root() {
        return keys.root();
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return calls.mono(_ -> metadata(key, attributes(key, keys.path(key))));
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return calls.mono(abandoned -> new FileListing(keys, prefix, abandoned).objects())
                .flatMapIterable(objects -> objects);
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return calls.mono(abandoned -> {
            ReadChecks.requireRange(keys.root(), object, offsetBytes, target.sizeBytes());
            Path path = keys.path(object.key());
            BasicFileAttributes attributes = attributes(object.key(), path);
            ReadChecks.requireSame(keys.root(), object, metadata(object.key(), attributes));
            try {
                OpenFile file = openFiles.acquire(path, attributes.fileKey());
                try {
                    fill(file.channel(), object, offsetBytes, target, abandoned);
                } finally {
                    openFiles.release(file);
                }
            } catch (IOException failure) {
                openFiles.forget(path);
                throw FileFailures.of(
                        operation("object read", object.key())
                                .with("range", "[" + offsetBytes + ", " + (offsetBytes + target.sizeBytes()) + ")"),
                        failure);
            }
            return null;
        });
    }

    @Override
    public ObjectWriter write(String key) {
        calls.requireOpen();
        Path path = keys.path(key);
        try {
            return FileWriter.open(key, path);
        } catch (IOException failure) {
            throw FileFailures.of(operation("object write", key), failure);
        }
    }

    @Override
    public Optional<Path> localPath(String key) {
        return Optional.of(keys.path(key));
    }

    @Override
    public void close() {
        calls.close();
        openFiles.close();
    }

    static ObjectMetadata metadata(String key, BasicFileAttributes attributes) {
        return new ObjectMetadata(key, attributes.size(), version(attributes.lastModifiedTime()));
    }

    private static String version(FileTime modified) {
        return Long.toString(modified.to(TimeUnit.NANOSECONDS));
    }

    private BasicFileAttributes attributes(String key, Path path) {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException failure) {
            throw FileFailures.of(operation("object access", key), failure);
        }
        if (!attributes.isRegularFile()) {
            throw new StoreAccessException(operation("object access", key)
                    .with("expected", "a regular file")
                    .with("found", attributes.isDirectory() ? "a directory" : "a special file")
                    .remedy("check the key"));
        }
        return attributes;
    }

    private void fill(
            FileChannel channel, ObjectMetadata object, long offsetBytes, ReadTarget target, BooleanSupplier abandoned)
            throws IOException {
        long doneBytes = target.filledBytes();
        while (target.wanted() && doneBytes < target.sizeBytes() && !abandoned.getAsBoolean()) {
            long at = doneBytes;
            int readBytes = target.fill(at, PIECE_BYTES, piece -> channel.read(piece, offsetBytes + at));
            if (readBytes < 0) {
                throw ReadChecks.cutShort(keys.root(), object, offsetBytes, target.sizeBytes(), doneBytes);
            }
            doneBytes += readBytes;
        }
    }

    private FailureMessage operation(String what, String key) {
        return FailureMessage.of(what).with("uri", keys.root()).with("key", key);
    }
}
