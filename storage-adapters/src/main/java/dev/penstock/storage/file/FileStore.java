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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

    private final FileKeys keys;
    private final BlockingCalls calls;
    private final RangeReader reader;

    FileStore(FileLocation location) {
        this.keys = FileKeys.below(location.directory());
        this.calls = new BlockingCalls(keys.root(), "penstock-file", THREAD_COUNT);
        this.reader = new RangeReader(new AccessChoice(keys.root(), location.mode()));
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
            long filledBytes;
            try {
                filledBytes = reader.read(path, attributes.fileKey(), offsetBytes, target, abandoned);
            } catch (IOException failure) {
                throw FileFailures.of(
                        operation("object read", object.key())
                                .with("range", "[" + offsetBytes + ", " + (offsetBytes + target.sizeBytes()) + ")"),
                        failure);
            }
            if (filledBytes < target.sizeBytes() && target.wanted() && !abandoned.getAsBoolean()) {
                throw ReadChecks.cutShort(keys.root(), object, offsetBytes, target.sizeBytes(), filledBytes);
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
        reader.close();
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

    private FailureMessage operation(String what, String key) {
        return FailureMessage.of(what).with("uri", keys.root()).with("key", key);
    }
}
