package dev.penstock.index;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.store.DirectoryStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedBundlesTest {

    @TempDir
    private Path directory;

    @Test
    void aDirectoryInThePlaceOfAnIndexIsNamedAsSuch() throws IOException {
        try (Arena arena = Arena.ofShared()) {
            CachedBundles bundles =
                    new CachedBundles(directory, new DirectoryStore(directory.resolve("shards")), arena);
            Path bundle = Files.createDirectories(bundles.home().resolve("state.bundle"));

            assertThatThrownBy(() -> bundles.find("state"))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessage(bundle + ": not a file, and in the place of an index");
        }
    }
}
