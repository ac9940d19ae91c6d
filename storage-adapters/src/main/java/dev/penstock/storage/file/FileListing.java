package dev.penstock.storage.file;

import dev.penstock.error.FailureMessage;
import dev.penstock.store.ObjectMetadata;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One walk over a directory: its regular files as objects, in order of key.
///
/// Symbolic links to files and directories are followed. A directory that cannot be read, a link that leads nowhere
/// and a loop of links each fail the listing, naming the path: nothing is left out silently. Files that are being
/// written, sockets and devices are no objects. Only directories that can hold the prefix are entered.
final class FileListing extends SimpleFileVisitor<Path> {

    private final FileKeys keys;
    private final String prefix;
    private final BooleanSupplier abandoned;
    private final int directoryNameCount;
    private final List<ObjectMetadata> objects = new ArrayList<>();

    FileListing(FileKeys keys, String prefix, BooleanSupplier abandoned) {
        this.keys = keys;
        this.prefix = prefix;
        this.abandoned = abandoned;
        this.directoryNameCount = keys.directory().getNameCount();
    }

    List<ObjectMetadata> objects() {
        try {
            Files.walkFileTree(keys.directory(), EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, this);
        } catch (IOException failure) {
            throw failed(keys.directory(), failure);
        }
        objects.sort(Comparator.comparing(ObjectMetadata::key));
        return objects;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        if (abandoned.getAsBoolean()) {
            return FileVisitResult.TERMINATE;
        }
        return canHoldPrefix(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        String key = key(file);
        if (!key.startsWith(prefix) || PartialFile.isPartial(file.getFileName().toString())) {
            return FileVisitResult.CONTINUE;
        }
        if (attributes.isSymbolicLink()) {
            throw failed(file, new NoSuchFileException(file.toString()));
        }
        if (attributes.isRegularFile()) {
            objects.add(FileStore.metadata(key, attributes));
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
        if (file.equals(keys.directory()) || canHoldPrefix(file)) {
            throw failed(file, failure);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
        if (failure != null) {
            throw failed(directory, failure);
        }
        return FileVisitResult.CONTINUE;
    }

    private boolean canHoldPrefix(Path path) {
        String within = key(path);
        return within.isEmpty() || (within + "/").startsWith(prefix) || prefix.startsWith(within + "/");
    }

    private String key(Path path) {
        int nameCount = path.getNameCount();
        return nameCount == directoryNameCount
                ? ""
                : path.subpath(directoryNameCount, nameCount).toString();
    }

    private RuntimeException failed(Path path, IOException failure) {
        return FileFailures.of(
                FailureMessage.of("object listing").with("uri", keys.root()).with("path", path), failure);
    }
}
