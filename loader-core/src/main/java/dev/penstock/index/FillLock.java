package dev.penstock.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The right to write a dataset's files into the cache, held by one thread of one process; others wait for it, as long
/// as it is put to use.
///
/// It saves requests, and keeps what one process writes from being swept by another. Who does not get it goes without
/// the cache. The kernel takes it back from a process that dies, but not from one that is stopped.
///
/// The file holds the number of the process that took the lock last.
final class FillLock implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FillLock.class);

    /// Between two pieces of an index, which come from the origin; longer than a busy one takes for a request.
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(20);

    /// Most waits are over by then and not worth a word.
    private static final Duration UNTOLD = Duration.ofSeconds(2);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private static final int LONGEST_NUMBER = 20;

    /// A file lock is the process's, so its threads need one among themselves.
    private static final ReentrantLock IN_PROCESS = new ReentrantLock();

    private final FileChannel file;

    private FillLock(FileChannel file) {
        this.file = file;
    }

    /// Creates the directory and waits for its lock; fails when another process holds it and writes nothing for
    /// `longestSilence`.
    static FillLock take(Path directory, Duration longestSilence) throws IOException {
        IN_PROCESS.lock();
        FileChannel file = null;
        try {
            Files.createDirectories(directory);
            file = FileChannel.open(
                    directory.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            await(file, directory, longestSilence);
            sign(file);
            return new FillLock(file);
        } catch (IOException | RuntimeException failure) {
            if (file != null) {
                file.close();
            }
            IN_PROCESS.unlock();
            throw failure;
        }
    }

    private static void await(FileChannel file, Path directory, Duration longestSilence) throws IOException {
        long begunNanos = System.nanoTime();
        long progressNanos = begunNanos;
        FileTime progress = CachedBundles.lastWritten(directory);
        boolean told = false;
        while (file.tryLock() == null) {
            long now = System.nanoTime();
            FileTime seen = CachedBundles.lastWritten(directory);
            if (!seen.equals(progress)) {
                progress = seen;
                progressNanos = now;
            } else if (now - progressNanos > longestSilence.toNanos()) {
                throw new IOException("process " + holder(file) + " holds the lock in " + directory
                        + " and wrote nothing for " + longestSilence.toSeconds() + " s");
            }
            if (!told && now - begunNanos > UNTOLD.toNanos()) {
                told = true;
                log.warn("waiting for process {}, which fetches an index into {}", holder(file), directory);
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
    }

    private static void sign(FileChannel file) throws IOException {
        String number = Long.toString(ProcessHandle.current().pid());
        file.truncate(0);
        file.write(ByteBuffer.wrap(number.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static String holder(FileChannel file) throws IOException {
        ByteBuffer number = ByteBuffer.allocate(LONGEST_NUMBER);
        file.read(number, 0);
        String found = new String(number.array(), 0, number.position(), StandardCharsets.US_ASCII);
        return found.matches("\\d+") ? found : "unknown";
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
