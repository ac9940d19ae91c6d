package dev.penstock.storage.file;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// A file whose file system has no O_DIRECT.
final class DirectAccessException extends FileSystemException {

    private static final long serialVersionUID = 1;

    static final String REMEDY = "this file system has no direct reads: use io=auto or io=buffered";

    DirectAccessException(Path path, String reason) {
        super(path.toString(), null, reason);
    }
}
