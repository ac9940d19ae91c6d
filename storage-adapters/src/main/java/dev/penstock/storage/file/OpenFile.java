package dev.penstock.storage.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// A descriptor that several reads share; closed when it is retired and the last of them has given it back.
///
/// Guarded by its [OpenFiles].
final class OpenFile {

    private final Path path;
    private final Access access;
    private final Object inode;
    private final int descriptor;
    private int readers;
    private boolean retired;

    private OpenFile(Path path, Access access, Object inode, int descriptor) {
        this.path = path;
        this.access = access;
        this.inode = inode;
        this.descriptor = descriptor;
    }

    /// @param inode the file system's identity of the file that lies at `path`
    static OpenFile open(Path path, Access access, Object inode) throws IOException {
        return new OpenFile(path, access, inode, LinuxFiles.open(path, access));
    }

    /// Reads into `memory`, which is native, and returns how many bytes that were, negative at the end of the file. The
    /// caller has acquired this file.
    int read(MemorySegment memory, long positionBytes) throws IOException {
        return LinuxFiles.read(this, memory, positionBytes);
    }

    Path path() {
        return path;
    }

    Access access() {
        return access;
    }

    int descriptor() {
        return descriptor;
    }

    /// Whether this is still a descriptor of that file, and not of one that it replaced.
    boolean reads(Object wantedInode) {
        return inode.equals(wantedInode);
    }

    OpenFile acquire() {
        readers++;
        return this;
    }

    void release() {
        readers--;
        closeIfUnused();
    }

    void retire() {
        retired = true;
        closeIfUnused();
    }

    private void closeIfUnused() {
        if (retired && readers == 0) {
            try {
                LinuxFiles.close(descriptor);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
