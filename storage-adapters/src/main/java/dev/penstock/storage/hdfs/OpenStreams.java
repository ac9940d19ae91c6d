package dev.penstock.storage.hdfs;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/// The streams that reads share, one for each file and at most so many when idle; the least recently used is closed
/// first.
///
/// Opening a stream asks the name node for the places of the first blocks; a stream that stays open has them, and holds
/// no connection between reads by position. Thread-safe. A file is opened outside the lock, because the name node may
/// take long; where two readers open one, the later stream stays.
final class OpenStreams implements AutoCloseable {

    private final FileSystem files;
    private final int capacityCount;
    private final LinkedHashMap<Path, OpenStream> streams = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    OpenStreams(FileSystem files, int capacityCount) {
        this.files = files;
        this.capacityCount = capacityCount;
    }

    /// A stream of the file that lies at `path` and has this version; the caller gives it back.
    OpenStream acquire(Path path, String version) throws IOException {
        synchronized (this) {
            OpenStream known = streams.get(path);
            if (known != null && known.reads(version)) {
                return known.acquire();
            }
        }
        OpenStream opened = new OpenStream(version, files.open(path));
        synchronized (this) {
            opened.acquire();
            if (closed) {
                opened.retire();
            } else {
                retire(streams.put(path, opened));
                trim();
            }
            return opened;
        }
    }

    synchronized void release(OpenStream stream) {
        stream.release();
    }

    /// Forgets a file that changed, or whose stream failed; the next read opens it anew.
    synchronized void forget(Path path) {
        retire(streams.remove(path));
    }

    synchronized int openCount() {
        return streams.size();
    }

    @Override
    public synchronized void close() {
        closed = true;
        streams.values().forEach(OpenStream::retire);
        streams.clear();
    }

    private void trim() {
        Iterator<OpenStream> eldest = streams.values().iterator();
        while (streams.size() > capacityCount) {
            OpenStream retired = eldest.next();
            eldest.remove();
            retired.retire();
        }
    }

    private static void retire(@Nullable OpenStream stream) {
        if (stream != null) {
            stream.retire();
        }
    }
}
