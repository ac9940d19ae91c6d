package dev.penstock.index;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/// The right to fetch a dataset's index into the cache, held by one thread of one process; others wait for it.
///
/// It only saves requests: files are complete when they appear, whoever writes them. The kernel takes it back from a
/// process that dies.
final class FillLock implements AutoCloseable {

    /// A file lock is the process's, so its threads need one among themselves.
    private static final ReentrantLock IN_PROCESS = new ReentrantLock();

    private final FileChannel file;

    private FillLock(FileChannel file) {
        this.file = file;
    }

    /// Creates the directory and waits for its lock.
    static FillLock take(Path directory) throws IOException {
        IN_PROCESS.lock();
        FileChannel file = null;
        try {
            Files.createDirectories(directory);
            file = FileChannel.open(
                    directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            file.lock();
            return new FillLock(file);
        } catch (IOException | RuntimeException failure) {
            if (file != null) {
                file.close();
            }
            IN_PROCESS.unlock();
            throw failure;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            IN_PROCESS.unlock();
        }
    }
}
