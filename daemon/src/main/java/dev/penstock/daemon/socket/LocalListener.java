package dev.penstock.daemon.socket;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A socket in the file system that other processes of the same user connect to; or, at a path such as `@name`, one
/// without a file, whose name is gone with its process and which any user finds.
///
/// A lock on the file `PATH.lock` says who listens, and the kernel drops it with its process; what a killed process
/// left at `PATH` is therefore known to be stale and is replaced. Ownership: the opener closes, which removes the
/// socket. Threading: one thread accepts, any thread closes.
public final class LocalListener implements AutoCloseable {

    /// Connections that may wait to be accepted: more than a host has trainers.
    private static final int BACKLOG = 128;

    private static final int OWNER_ONLY = 0600;

    /// The bits of a mode that say what a file is (inode(7)).
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private static final Logger LOG = LoggerFactory.getLogger(LocalListener.class);

    private final Path path;
    private final @Nullable FileChannel lock;
    private final UsedDescriptor descriptor;

    private LocalListener(Path path, @Nullable FileChannel lock, int number) {
        this.path = path;
        this.lock = lock;
        this.descriptor = new UsedDescriptor(number);
    }

    /// Listens at `path`, in a directory that exists; fails with a [ConfigurationException] where another process does
    /// so or the path cannot be used.
    public static LocalListener open(Path path) {
        try {
            if (SocketCalls.isAbstract(path)) {
                return new LocalListener(path, null, listen(path));
            }
            SocketCalls.requireAddress(path);
            requireReplaceable(path);
            FileChannel lock = lock(path);
            try {
                Files.deleteIfExists(path);
                return new LocalListener(path, lock, listen(path));
            } catch (IOException refused) {
                lock.close();
                throw refused;
            }
        } catch (IOException refused) {
            throw refused(path, String.valueOf(refused.getMessage()), "name a path that can be written", refused);
        }
    }

    /// What is at the path is removed, so it must be a socket: anything else was meant for something else.
    private static void requireReplaceable(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE) != SOCKET) {
            throw refused(path, "something that is not a socket is there", "remove it, or name another path", null);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        Path file = path.resolveSibling(path.getFileName() + ".lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            throw refused(path, "another daemon listens there", "use that one, or another --socket", null);
        }
        return channel;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static int listen(Path path) throws IOException {
        int number = SocketCalls.socket();
        try {
            SocketCalls.bind(number, path, OWNER_ONLY);
            SocketCalls.listen(number, BACKLOG);
            return number;
        } catch (IOException refused) {
            SocketCalls.close(number);
            throw refused;
        }
    }

    private static ConfigurationException refused(Path path, String found, String remedy, @Nullable Throwable cause) {
        return new ConfigurationException(
                FailureMessage.of("listening on a socket")
                        .with("path", path)
                        .with("found", found)
                        .remedy(remedy),
                cause);
    }

    /// Waits for a connection; fails once closed. The caller closes it.
    public LocalSocket accept() throws IOException {
        int number = descriptor.use();
        try {
            return new LocalSocket(SocketCalls.accept(number));
        } finally {
            descriptor.leave();
        }
    }

    /// Stops listening and removes the socket; connections that were accepted stay. Closing twice does nothing.
    @Override
    public void close() {
        descriptor.close();
        try {
            if (lock != null && lock.isOpen()) {
                Files.deleteIfExists(path);
                lock.close();
            }
        } catch (IOException notRemoved) {
            // The next one to listen replaces what is left: without the lock it is known to be stale.
            LOG.debug("the socket stays: path={}", path, notRemoved);
        }
    }
}
