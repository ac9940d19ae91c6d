package dev.penstock.index;

import dev.penstock.batch.Field;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/// A shard index file as it will be stored, assembled in off-heap memory; see [IndexLayout] for the bytes.
final class IndexImage {

    /// A store takes the file in pieces of this size; a buffer is limited to 2 GiB.
    private static final long WRITE_BYTES = 8 << 20;

    private IndexImage() {}

    static MemorySegment assemble(
            ObjectMetadata shard,
            IndexOptions options,
            IndexColumns columns,
            Column chunks,
            IndexCounters counters,
            Arena arena) {
        byte[] texts = texts(shard, options);
        byte[] fieldTable = fieldTable(columns.fields());
        long columnsOffset = IndexLayout.align(IndexLayout.TEXTS_AT + texts.length + fieldTable.length);
        IndexLayout layout = new IndexLayout(
                columnsOffset, columns.sampleCount(), columns.fields(), shard.sizeBytes(), columns.keyBytes());
        MemorySegment file = arena.allocate(layout.fileBytes(), IndexLayout.COLUMN_ALIGNMENT_BYTES);

        file.set(IndexLayout.LONG, IndexLayout.MAGIC_AT, IndexLayout.MAGIC);
        file.set(IndexLayout.INT, IndexLayout.FORMAT_VERSION_AT, IndexLayout.FORMAT_VERSION);
        file.set(IndexLayout.INT, IndexLayout.COLUMNS_OFFSET_AT, Math.toIntExact(columnsOffset));
        file.set(IndexLayout.LONG, IndexLayout.FILE_BYTES_AT, layout.fileBytes());
        file.set(IndexLayout.INT, IndexLayout.SAMPLE_COUNT_AT, columns.sampleCount());
        file.set(IndexLayout.INT, IndexLayout.FIELD_COUNT_AT, columns.fields().size());
        file.set(IndexLayout.INT, IndexLayout.KEY_BYTES_AT, columns.keyBytes());
        file.set(IndexLayout.INT, IndexLayout.MAX_LENGTH_AT, options.maxLength());
        file.set(IndexLayout.INT, IndexLayout.LONGEST_LENGTH_AT, columns.longestLength());
        long[] counted = counters.values();
        for (int i = 0; i < counted.length; i++) {
            file.set(IndexLayout.LONG, IndexLayout.COUNTERS_AT + 8L * i, counted[i]);
        }
        file.set(IndexLayout.LONG, IndexLayout.OBJECT_BYTES_AT, shard.sizeBytes());
        copy(texts, file, IndexLayout.TEXTS_AT);
        copy(fieldTable, file, IndexLayout.TEXTS_AT + texts.length);
        copyColumns(columns, layout, file);
        chunks.copyTo(file, layout.chunkAt(0));
        copy(digest(file, fieldTable, columnsOffset), file, IndexLayout.DIGEST_AT);

        long checksumAt = layout.fileBytes() - IndexLayout.CHECKSUM_BYTES;
        file.set(IndexLayout.INT, checksumAt, IndexFile.crc32c(file.asSlice(0, checksumAt)));
        return file.asReadOnly();
    }

    static void store(MemorySegment file, ObjectStore store, String indexKey) {
        try (ObjectWriter writer = store.write(indexKey)) {
            for (long at = 0; at < file.byteSize(); at += WRITE_BYTES) {
                writer.write(file.asSlice(at, Math.min(WRITE_BYTES, file.byteSize() - at))
                        .asByteBuffer());
            }
            writer.commit();
        }
    }

    private static void copyColumns(IndexColumns columns, IndexLayout layout, MemorySegment file) {
        columns.lengths().copyTo(file, layout.lengthAt(0));
        List<IndexColumns.FieldColumns> fields = columns.fieldColumns();
        for (int f = 0; f < fields.size(); f++) {
            fields.get(f).offsets().copyTo(file, layout.offsetAt(f, 0));
            fields.get(f).bytes().copyTo(file, layout.bytesAt(f, 0));
            fields.get(f).crc32c().copyTo(file, layout.crc32cAt(f, 0));
        }
        columns.keyStarts().copyTo(file, layout.keyStartAt(0));
        columns.keys().copyTo(file, layout.keysAt());
    }

    /// Over the fixed part without the digest, the field table and the columns: all but the names of the shard's state.
    private static byte[] digest(MemorySegment file, byte[] fieldTable, long columnsOffset) {
        MessageDigest sha256 = Sha256.start();
        sha256.update(file.asSlice(0, IndexLayout.DIGEST_AT).asByteBuffer());
        sha256.update(fieldTable);
        long end = file.byteSize() - IndexLayout.CHECKSUM_BYTES;
        for (long at = columnsOffset; at < end; at += WRITE_BYTES) {
            sha256.update(file.asSlice(at, Math.min(WRITE_BYTES, end - at)).asByteBuffer());
        }
        return sha256.digest();
    }

    private static byte[] texts(ObjectMetadata shard, IndexOptions options) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        putText(shard.key(), bytes);
        putText(shard.version(), bytes);
        putText(options.toText(), bytes);
        return bytes.toByteArray();
    }

    private static byte[] fieldTable(List<Field> fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Field field : fields) {
            putText(field.type().name(), bytes);
            putText(field.name(), bytes);
        }
        return bytes.toByteArray();
    }

    private static void putText(String text, ByteArrayOutputStream bytes) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putNumber(utf8.length, bytes);
        bytes.writeBytes(utf8);
    }

    private static void putNumber(int number, ByteArrayOutputStream bytes) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array());
    }

    private static void copy(byte[] source, MemorySegment file, long offset) {
        MemorySegment.copy(MemorySegment.ofArray(source), 0, file, offset, source.length);
    }
}
