package dev.penstock.storage.hdfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FSDataInputStream;

/// A stream of one file that several reads share; closed when it is retired and the last of them has given it back.
///
/// Reads by position are independent of each other. Guarded by its [OpenStreams].
final class OpenStream {

    private final String version;
    private final FSDataInputStream in;
    private int readers;
    private boolean retired;

    /// @param version of the file that `in` reads
    OpenStream(String version, FSDataInputStream in) {
        this.version = version;
        this.in = in;
    }

    FSDataInputStream in() {
        return in;
    }

    boolean reads(String wantedVersion) {
        return version.equals(wantedVersion);
    }

    OpenStream acquire() {
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
                in.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
