package dev.penstock.storage.file;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns a failed system call into the failure that says what to do.
///
/// The JDK keeps no errno, only its text, so the classes that have no exception type of their own are told by the
/// C library's words. A text that is not known, in another language say, is a plain access failure.
final class FileFailures {

    /// ENOSPC, EDQUOT, EFBIG: more room is needed.
    private static final Set<String> NO_ROOM =
            Set.of("No space left on device", "Disk quota exceeded", "File too large");

    /// EMFILE, ENFILE: more descriptors are needed.
    private static final Set<String> NO_DESCRIPTORS = Set.of("Too many open files", "Too many open files in system");

    /// What network mounts say while a server restarts, evicts a client or moves a file: EIO, ESTALE, ETIMEDOUT,
    /// EAGAIN, EINTR, EHOSTDOWN, EHOSTUNREACH, ENOTCONN, ESHUTDOWN. A local disk that is broken says EIO too, and
    /// then the retries run out.
    private static final Set<String> TRANSIENT = Set.of(
            "Input/output error",
            "Stale file handle",
            "Connection timed out",
            "Resource temporarily unavailable",
            "Interrupted system call",
            "Host is down",
            "No route to host",
            "Transport endpoint is not connected",
            "Cannot send after transport endpoint shutdown");

    private FileFailures() {}

    static PenstockException of(FailureMessage operation, IOException cause) {
        String reason = reason(cause);
        FailureMessage message = operation.with("found", reason);
        if (NO_ROOM.contains(reason)) {
            return new ResourceExhaustedException(message.remedy("free space, or write elsewhere"), cause);
        }
        if (NO_DESCRIPTORS.contains(reason)) {
            return new ResourceExhaustedException(message.remedy("raise the open file limit (ulimit -n)"), cause);
        }
        if (TRANSIENT.contains(reason)) {
            return new RetryableException(message.remedy("if it persists, check the mount"), cause);
        }
        if (cause instanceof ClosedChannelException) {
            return new RetryableException(message.remedy("do not interrupt threads that use a store"), cause);
        }
        return cause instanceof NoSuchFileException
                ? new ObjectMissingException(message.remedy(remedy(cause)), cause)
                : new StoreAccessException(message.remedy(remedy(cause)), cause);
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case NotDirectoryException _ -> "not a directory";
            case FileSystemLoopException _ -> "a loop of symbolic links";
            case FileSystemException system -> orElse(system.getReason(), cause);
            case ClosedChannelException _ -> "the file was closed by an interrupt";
            default -> orElse(cause.getMessage(), cause);
        };
    }

    private static String orElse(@Nullable String text, IOException cause) {
        return text == null ? cause.getClass().getSimpleName() : text;
    }

    private static String remedy(IOException cause) {
        return switch (cause) {
            case NoSuchFileException _ -> "check the path, and that its file system is mounted";
            case AccessDeniedException _ -> "give this user access to the path";
            case FileSystemLoopException _ -> "remove the looping link";
            case DirectAccessException _ -> DirectAccessException.REMEDY;
            default -> "check the path";
        };
    }
}
