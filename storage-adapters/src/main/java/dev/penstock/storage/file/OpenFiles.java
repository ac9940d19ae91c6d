package dev.penstock.storage.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// The descriptors that reads share, at most so many when idle; the least recently used is closed first.
///
/// Thread-safe. A file is opened outside the lock, because on a network mount that can take long.
final class OpenFiles implements AutoCloseable {

    private final int capacityCount;
    private final LinkedHashMap<Path, OpenFile> files = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    OpenFiles(int capacityCount) {
        this.capacityCount = capacityCount;
    }

    /// A descriptor of the file that lies at `path` and is known by `inode`; the caller gives it back.
    OpenFile acquire(Path path, Object inode) throws IOException {
        synchronized (this) {
            OpenFile known = files.get(path);
            if (known != null && known.reads(inode)) {
                return known.acquire();
            }
        }
        OpenFile opened = new OpenFile(FileChannel.open(path, StandardOpenOption.READ), inode);
        synchronized (this) {
            opened.acquire();
            if (closed) {
                opened.retire();
            } else {
                retire(files.put(path, opened));
                trim();
            }
            return opened;
        }
    }

    synchronized void release(OpenFile file) {
        file.release();
    }

    /// Forgets a file whose descriptor no longer works; the next read opens it anew.
    synchronized void forget(Path path) {
        retire(files.remove(path));
    }

    @Override
    public synchronized void close() {
        closed = true;
        files.values().forEach(OpenFile::retire);
        files.clear();
    }

    private void trim() {
        Iterator<OpenFile> eldest = files.values().iterator();
        while (files.size() > capacityCount) {
            OpenFile retired = eldest.next();
            eldest.remove();
            retired.retire();
        }
    }

    private static void retire(@Nullable OpenFile file) {
        if (file != null) {
            file.retire();
        }
    }
}
