package dev.penstock.storage.hdfs;

import dev.penstock.error.PenstockException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/// One file being written: a partial file beside it, on the disks of its data nodes and renamed over it at the commit.
///
/// The partial file of a writer that died stays, hidden from listings.
final class HdfsWriter implements ObjectWriter {

    /// Hadoop takes arrays only; a piece of this size is copied while it is in the processor's cache.
    private static final int PIECE_BYTES = 64 << 10;

    private enum State {
        WRITING,
        COMMITTED,
        CLOSED
    }

    private final DistributedFileSystem files;
    private final HdfsPaths paths;
    private final String key;
    private final Path path;
    private final Path partial;
    private final FSDataOutputStream out;
    private final byte[] piece = new byte[PIECE_BYTES];
    private State state = State.WRITING;

    HdfsWriter(DistributedFileSystem files, HdfsPaths paths, String key) throws IOException {
        this.files = files;
        this.paths = paths;
        this.key = key;
        this.path = paths.path(key);
        this.partial = HdfsPaths.partial(path);
        this.out = files.create(partial, false);
    }

    @Override
    public void write(ByteBuffer bytes) {
        requireWriting();
        try {
            while (bytes.hasRemaining()) {
                int length = Math.min(piece.length, bytes.remaining());
                bytes.get(piece, 0, length);
                out.write(piece, 0, length);
            }
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    @Override
    public ObjectMetadata commit() {
        requireWriting();
        try {
            out.hsync();
            out.close();
            FileStatus written = files.getFileStatus(partial);
            files.rename(partial, path, Options.Rename.OVERWRITE);
            state = State.COMMITTED;
            return HdfsStore.metadata(key, written);
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    @Override
    public void close() {
        State before = state;
        state = State.CLOSED;
        if (before != State.WRITING) {
            return;
        }
        try {
            // Deleted first, so that the close has nothing left to write for a file that nobody wants.
            files.delete(partial, false);
        } catch (IOException failure) {
            throw failed(failure);
        } finally {
            abandon();
        }
    }

    private void abandon() {
        try {
            out.close();
        } catch (IOException _) {
            // The file is gone, which is what was asked for; or the delete has failed already and says why.
        }
    }

    private void requireWriting() {
        if (state != State.WRITING) {
            throw new IllegalStateException("writer of " + path + " is " + state);
        }
    }

    private PenstockException failed(IOException failure) {
        return HdfsFailures.of(paths.operation("object write", key), failure);
    }
}
