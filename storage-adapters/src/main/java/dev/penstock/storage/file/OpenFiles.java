package dev.penstock.storage.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// The descriptors that reads share, at most so many when idle; the least recently used is closed first.
///
/// Thread-safe. A file is opened outside the lock, because on a network mount that can take long.
final class OpenFiles implements AutoCloseable {

    private final int capacityCount;
    private final LinkedHashMap<Key, OpenFile> files = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    private record Key(Path path, Access access) {}

    OpenFiles(int capacityCount) {
        this.capacityCount = capacityCount;
    }

    /// A descriptor of the file that lies at `path` and is known by `inode`; the caller gives it back.
    OpenFile acquire(Path path, Access access, Object inode) throws IOException {
        Key key = new Key(path, access);
        synchronized (this) {
            OpenFile known = files.get(key);
            if (known != null && known.reads(inode)) {
                return known.acquire();
            }
        }
        OpenFile opened = OpenFile.open(path, access, inode);
        synchronized (this) {
            opened.acquire();
            if (closed) {
                opened.retire();
            } else {
                retire(files.put(key, opened));
                trim();
            }
            return opened;
        }
    }

    synchronized void release(OpenFile file) {
        file.release();
    }

    /// Forgets a file whose descriptors no longer work; the next read opens it anew.
    synchronized void forget(Path path) {
        for (Access access : Access.values()) {
            retire(files.remove(new Key(path, access)));
        }
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
