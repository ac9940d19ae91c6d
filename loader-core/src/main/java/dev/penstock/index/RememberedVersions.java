package dev.penstock.index;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The versions that the shards of one cached dataset had when this host last asked for them, where the indexed ones do
/// not pin.
///
/// ```
/// +0  magic     i64  "PNSTKVER"
/// +8  digest    UTF  of the index, see DatasetIndex#digest()
///     count     i32
///     versions  UTF  in the order of the shards
///     crc32c    i32  over everything before it
/// ```
///
/// Big-endian, strings as [DataOutputStream#writeUTF] writes them. The file appears whole, by a rename; one that is
/// torn, or of another index, is as good as none, since the store can be asked. Processes may read, write and forget at
/// once: each sees some whole state, and the store refuses reads of one that is no longer true.
final class RememberedVersions {

    private static final long MAGIC = 0x504e53544b564552L;

    private final Path home;
    private final Path file;

    /// @param home of the dataset's cached files
    /// @param state of the index; see [CachedBundles]
    RememberedVersions(Path home, String state) {
        this.home = home;
        this.file = home.resolve(state + ".versions");
    }

    /// Empty where nothing whole is remembered of the index.
    Optional<List<String>> read(String indexDigest) throws IOException {
        try {
            return decode(Files.readAllBytes(file), indexDigest);
        } catch (NoSuchFileException neverAsked) {
            return Optional.empty();
        }
    }

    void write(String indexDigest, List<String> versions) throws IOException {
        byte[] bytes = encode(indexDigest, versions);
        try (FillLock _ = FillLock.take(home, FillLock.LONGEST_SILENCE)) {
            Path part = CachedBundles.newPart(home);
            try {
                Files.write(part, bytes);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }

    void forget() throws IOException {
        Files.deleteIfExists(file);
    }

    private static byte[] encode(String indexDigest, List<String> versions) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(MAGIC);
            out.writeUTF(indexDigest);
            out.writeInt(versions.size());
            for (String version : versions) {
                out.writeUTF(version);
            }
            out.writeInt(crc32c(bytes.toByteArray(), bytes.size()));
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory", impossible);
        }
        return bytes.toByteArray();
    }

    private static Optional<List<String>> decode(byte[] bytes, String indexDigest) throws IOException {
        int end = bytes.length - Integer.BYTES;
        if (end < 0 || crc32c(bytes, end) != ByteBuffer.wrap(bytes).getInt(end)) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, end))) {
            if (in.readLong() != MAGIC || !in.readUTF().equals(indexDigest)) {
                return Optional.empty();
            }
            int count = in.readInt();
            List<String> versions = new ArrayList<>(count);
            for (int shard = 0; shard < count; shard++) {
                versions.add(in.readUTF());
            }
            return Optional.of(versions);
        }
    }

    private static int crc32c(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
