package dev.penstock.storage.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;

/// A descriptor that several reads share; closed when it is retired and the last of them has given it back.
///
/// Guarded by its [OpenFiles].
final class OpenFile {

    private final FileChannel channel;
    private final Object inode;
    private int readers;
    private boolean retired;

    /// @param inode the file system's identity of the opened file
    OpenFile(FileChannel channel, Object inode) {
        this.channel = channel;
        this.inode = inode;
    }

    FileChannel channel() {
        return channel;
    }

    /// Whether this is still a descriptor of that file, and not of one that it replaced.
    boolean reads(Object wantedInode) {
        return channel.isOpen() && inode.equals(wantedInode);
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
                channel.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
