package dev.penstock.pack;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Every regular file below a directory; symbolic links are not followed, and anything unreadable is an error.
record DirectorySource(Path directory) implements PackSource {

    @Override
    public SourceCounts visit(Predicate<String> wanted, Consumer<SourceMember> each) {
        Listing listing = new Listing(wanted);
        try {
            Files.walkFileTree(directory, listing);
        } catch (IOException unreadable) {
            throw PackSource.unreadable(directory, directory, unreadable);
        }
        listing.members.sort(SourceMember.ORDER);
        listing.members.forEach(each);
        return new SourceCounts(listing.filteredOut, listing.notRegular);
    }

    private final class Listing extends SimpleFileVisitor<Path> {

        private final Predicate<String> wanted;
        private final List<SourceMember> members = new ArrayList<>();
        private long filteredOut;
        private long notRegular;

        Listing(Predicate<String> wanted) {
            this.wanted = wanted;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String path = directory
                    .relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            if (!attributes.isRegularFile()) {
                notRegular++;
            } else if (wanted.test(path)) {
                members.add(SourceMember.of(path, attributes.size(), () -> Files.newInputStream(file)));
            } else {
                filteredOut++;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            throw PackSource.unreadable(directory, file, failure);
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) {
            if (failure != null) {
                throw PackSource.unreadable(directory, visited, failure);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
