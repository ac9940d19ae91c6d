package dev.penstock.cli.demo;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexOptions;
import dev.penstock.index.Overlong;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.pack.PackReport;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The demo's shards in its directory, with a stamp that says what they were packed from.
///
/// ```
/// DIR/stamp.txt   source, options and index digest of what is in shards/
/// DIR/shards/     the dataset
/// DIR/run/        the last training, with a mark that says it may be deleted
/// ```
///
/// @param directory of the demo
/// @param sources to pack
/// @param maxLength longest sample in bytes; longer files are split
public record DemoDataset(Path directory, JdkSources sources, int maxLength) {

    /// A dozen shards of the JDK's 213 MB, so that open shards mean something.
    private static final long SHARD_BYTES = 16L << 20;

    public Path shards() {
        return directory.resolve("shards");
    }

    private Path stamp() {
        return directory.resolve("stamp.txt");
    }

    /// Whether the shards are there, whole, and made of these sources in this way.
    ///
    /// Compares the stamp, the digest of the index, size and version of every shard; bytes are verified when they
    /// are read.
    public boolean isPacked() {
        if (!Files.exists(stamp())) {
            return false;
        }
        try (ObjectStore store = ObjectStores.open(shards().toUri());
                DatasetIndex index = DatasetIndex.open(store)) {
            return index.currentObjects(store).equals(indexedObjects(index))
                    && Files.readAllLines(stamp()).equals(stampOf(index));
        } catch (PenstockException | IOException damaged) {
            return false;
        }
    }

    /// Packs the sources, in place of what an earlier demo packed.
    ///
    /// @param bytesDone told the payload bytes of each file
    public PackReport pack(LongConsumer bytesDone) {
        try {
            clear();
            Files.createDirectories(shards());
            try (ObjectStore store = ObjectStores.open(shards().toUri())) {
                PackOptions options = PackOptions.defaults()
                        .withShardBytes(SHARD_BYTES)
                        .withSuffixes(sources.suffix())
                        .withIndex(IndexOptions.defaults().withMaxLength(maxLength, Overlong.SPLIT));
                PackReport packed = new DatasetPacker(store, options).pack(sources.path(), bytesDone);
                try (DatasetIndex index = DatasetIndex.open(store)) {
                    Files.write(stamp(), stampOf(index));
                }
                return packed;
            }
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    private static List<ObjectMetadata> indexedObjects(DatasetIndex index) {
        return IntStream.range(0, index.shardCount())
                .mapToObj(shard -> index.shard(shard).object())
                .toList();
    }

    private List<String> stampOf(DatasetIndex index) {
        return List.of("source " + sources.identity(), "maxLength " + maxLength, "index " + index.digest());
    }

    /// The stamp stays until it is replaced: it is what says that the shards may be deleted.
    private void clear() throws IOException {
        if (!Files.exists(shards())) {
            Files.createDirectories(directory);
            Files.writeString(stamp(), "packing\n");
            return;
        }
        if (!Files.exists(stamp())) {
            throw foreign(
                    shards(), "shards of an earlier demo, or nothing", "no " + stamp().getFileName() + " beside it");
        }
        deleteTree(shards());
    }

    /// A new directory to train in, in place of the last demo's; a demo does not resume.
    public Path newRun() {
        Path run = directory.resolve("run");
        Path mark = run.resolve("demo.txt");
        if (Files.exists(run) && !Files.exists(mark)) {
            throw foreign(run, "the run of an earlier demo, or nothing", "no " + mark.getFileName() + " in it");
        }
        try {
            deleteTree(run);
            Files.createDirectories(run);
            Files.writeString(mark, "The next demo deletes this directory.\n");
            return run;
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    /// Somebody else's directory, which a demo must not delete.
    private static ConfigurationException foreign(Path path, String expected, String found) {
        return new ConfigurationException(FailureMessage.of("preparing the demo")
                .with("directory", path)
                .with("expected", expected)
                .with("found", found)
                .remedy("name another directory with --dir"));
    }

    private StoreAccessException unusable(IOException failed) {
        return new StoreAccessException(
                FailureMessage.of("preparing the demo")
                        .with("directory", directory)
                        .with("found", failed)
                        .remedy("name another directory with --dir"),
                failed);
    }

    /// Deletes a directory and what is in it; one that is not there is no error.
    private static void deleteTree(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> paths = Files.walk(tree)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
