package dev.penstock.storage.hdfs;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.storage.BlockingCalls;
import dev.penstock.storage.ReadChecks;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Files below a directory of HDFS, read by position.
///
/// An object's version is its modification time in milliseconds and its inode, so that a file replaced by another one
/// is noticed even within one millisecond; a copy of the data has other versions. Every read asks the name node for
/// the present state first, which is all it asks: the stream of a file stays open until the file changes or fails. The
/// client verifies HDFS's own checksums and goes to another replica by itself.
///
/// A close waits for the reads that run, which end at the latest with the client's socket time-out.
final class HdfsStore implements ObjectStore {

    /// With blocks of 8 MiB, enough in flight for 10 GB/s at 10 ms.
    private static final int THREAD_COUNT = 16;

    /// One request to a data node.
    private static final int PIECE_BYTES = 4 << 20;

    /// More than the shards that reads alternate between; each is some kilobytes of block addresses.
    static final int MOST_OPEN_STREAMS = 128;

    private final HdfsPaths paths;
    private final DistributedFileSystem files;
    private final OpenStreams streams;
    private final BlockingCalls calls;

    private final ThreadLocal<ByteBuffer> pieces =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(PIECE_BYTES));

    HdfsStore(URI root, Map<String, String> environment) {
        this.paths = HdfsPaths.below(root);
        this.files = connect(environment);
        this.streams = new OpenStreams(files, MOST_OPEN_STREAMS);
        this.calls = new BlockingCalls(paths.root(), "penstock-hdfs", THREAD_COUNT);
    }

    @Override
    public URI root() {
        return paths.root();
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return calls.mono(_ -> metadata(key, status(key)));
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return calls.mono(abandoned -> {
                    try {
                        return new HdfsListing(files, paths, prefix).objects(abandoned);
                    } catch (IOException failure) {
                        throw HdfsFailures.of(
                                FailureMessage.of("object listing").with("uri", paths.root()), failure);
                    }
                })
                .flatMapIterable(objects -> objects);
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return calls.mono(abandoned -> {
            ReadChecks.requireRange(paths.root(), object, offsetBytes, target.sizeBytes());
            Path path = paths.path(object.key());
            try {
                FileStatus found = status(object.key());
                ReadChecks.requireSame(paths.root(), object, metadata(object.key(), found));
                read(path, found, object, offsetBytes, target, abandoned);
            } catch (PenstockException failure) {
                streams.forget(path);
                throw failure;
            }
            return null;
        });
    }

    @Override
    public ObjectWriter write(String key) {
        calls.requireOpen();
        try {
            return new HdfsWriter(files, paths, key);
        } catch (IOException failure) {
            throw HdfsFailures.of(paths.operation("object write", key), failure);
        }
    }

    @Override
    public void close() {
        calls.close();
        streams.close();
        try {
            files.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static ObjectMetadata metadata(String key, FileStatus status) {
        long inode = status instanceof HdfsFileStatus hdfs ? hdfs.getFileId() : 0;
        return new ObjectMetadata(key, status.getLen(), status.getModificationTime() + "-" + inode);
    }

    private DistributedFileSystem connect(Map<String, String> environment) {
        URI root = paths.root();
        try {
            FileSystem opened = FileSystem.newInstance(root, HadoopSettings.from(environment));
            if (opened instanceof DistributedFileSystem distributed) {
                return distributed;
            }
            opened.close();
            throw new ConfigurationException(FailureMessage.of("opening a store")
                    .with("uri", root)
                    .with("fs.hdfs.impl", opened.getClass().getName())
                    .remedy("leave fs.hdfs.impl at its default"));
        } catch (IOException failure) {
            throw HdfsFailures.of(FailureMessage.of("opening a store").with("uri", root), failure);
        } catch (IllegalArgumentException unresolved) {
            throw new ConfigurationException(
                    FailureMessage.of("opening a store")
                            .with("uri", root)
                            .with("found", unresolved.getMessage())
                            .remedy("check the host name, or set HADOOP_CONF_DIR to where the name service is"
                                    + " described"),
                    unresolved);
        }
    }

    private void read(
            Path path,
            FileStatus found,
            ObjectMetadata object,
            long offsetBytes,
            ReadTarget target,
            BooleanSupplier abandoned) {
        try {
            OpenStream stream =
                    streams.acquire(path, metadata(object.key(), found).version());
            try {
                new RangeRead(stream.in(), found.getBlockSize(), offsetBytes, target).fill(pieces.get(), abandoned);
            } finally {
                streams.release(stream);
            }
        } catch (IOException failure) {
            throw HdfsFailures.of(
                    paths.operation("object read", object.key())
                            .with("range", "[" + offsetBytes + ", " + (offsetBytes + target.sizeBytes()) + ")"),
                    failure);
        }
    }

    private FileStatus status(String key) {
        FileStatus status;
        try {
            status = files.getFileStatus(paths.path(key));
        } catch (IOException failure) {
            throw HdfsFailures.of(paths.operation("object access", key), failure);
        }
        if (status.isDirectory()) {
            throw new StoreAccessException(paths.operation("object access", key)
                    .with("expected", "a file")
                    .with("found", "a directory")
                    .remedy("check the key"));
        }
        return status;
    }
}
