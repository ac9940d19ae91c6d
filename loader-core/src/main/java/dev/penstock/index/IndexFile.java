package dev.penstock.index;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The bytes of one shard index file, found whole: magic, format version, size and checksum are right.
final class IndexFile {

    private static final String REMEDY = "index the dataset again";

    /// One update of the checksum sees at most this much, as a buffer is limited to 2 GiB.
    private static final long CHECKSUM_STEP_BYTES = 1L << 30;

    private IndexFile() {}

    /// Maps the file where the store has it locally, reads it otherwise, and checks it.
    static MemorySegment open(ObjectStore store, ObjectMetadata object, Arena arena) {
        Optional<Path> local = store.localPath(object.key());
        MemorySegment file =
                local.isPresent() ? map(local.get(), object.key(), arena) : read(store, object, arena);
        check(file, object.key());
        return file.asReadOnly();
    }

    /// CRC-32C that the file carries at its end.
    static int storedCrc32c(MemorySegment file) {
        return file.get(IndexLayout.INT, file.byteSize() - IndexLayout.CHECKSUM_BYTES);
    }

    static int crc32c(MemorySegment bytes) {
        CRC32C crc = new CRC32C();
        for (long at = 0; at < bytes.byteSize(); at += CHECKSUM_STEP_BYTES) {
            crc.update(bytes.asSlice(at, Math.min(CHECKSUM_STEP_BYTES, bytes.byteSize() - at))
                    .asByteBuffer());
        }
        return (int) crc.getValue();
    }

    private static MemorySegment read(ObjectStore store, ObjectMetadata object, Arena arena) {
        try {
            return StoredObject.read(store, object, arena);
        } catch (StoreAccessException | CorruptDataException unreadable) {
            throw unreadable(object.key(), unreadable);
        }
    }

    private static MemorySegment map(Path path, String indexKey, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (NoSuchFileException missing) {
            throw unreadable(indexKey, missing);
        } catch (IOException unmappable) {
            throw new StoreAccessException(
                    FailureMessage.of("mapping a shard index")
                            .with("index", indexKey)
                            .with("path", path)
                            .with("found", unmappable),
                    unmappable);
        }
    }

    /// The failure of an index file that is missing, or of another size than the manifest says.
    static CorruptDataException unreadable(String indexKey, Exception found) {
        return new CorruptDataException(
                FailureMessage.of("opening a shard index")
                        .with("index", indexKey)
                        .with("expected", "the index file that the manifest lists")
                        .with("found", found.getMessage())
                        .remedy(REMEDY),
                found);
    }

    /// Checks that the bytes are an index file of this format version, and whole.
    static void check(MemorySegment file, String indexKey) {
        long size = file.byteSize();
        if (size < IndexLayout.TEXTS_AT + IndexLayout.CHECKSUM_BYTES) {
            throw corrupt(indexKey, "size", "at least " + IndexLayout.TEXTS_AT, size);
        }
        long magic = file.get(IndexLayout.LONG, IndexLayout.MAGIC_AT);
        if (magic != IndexLayout.MAGIC) {
            throw corrupt(indexKey, "magic", Long.toHexString(IndexLayout.MAGIC), Long.toHexString(magic));
        }
        int version = file.get(IndexLayout.INT, IndexLayout.FORMAT_VERSION_AT);
        if (version != IndexLayout.FORMAT_VERSION) {
            throw corrupt(indexKey, "format version", IndexLayout.FORMAT_VERSION, version);
        }
        long statedSize = file.get(IndexLayout.LONG, IndexLayout.FILE_BYTES_AT);
        if (statedSize != size) {
            throw corrupt(indexKey, "size", statedSize, size);
        }
        int stored = storedCrc32c(file);
        int computed = crc32c(file.asSlice(0, size - IndexLayout.CHECKSUM_BYTES));
        if (stored != computed) {
            throw corrupt(indexKey, "crc32c", Integer.toHexString(stored), Integer.toHexString(computed));
        }
    }

    private static CorruptDataException corrupt(String indexKey, String what, Object expected, Object found) {
        return new CorruptDataException(FailureMessage.of("opening a shard index")
                .with("index", indexKey)
                .with("checked", what)
                .with("expected", expected)
                .with("found", found)
                .remedy(REMEDY));
    }
}
