package dev.penstock.index;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.store.ObjectMetadata;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The fixed part, texts and field table of a shard index file; see [IndexLayout] for the bytes.
///
/// @param object the shard as it was when it was indexed
/// @param options how it was indexed, as [IndexOptions#toText()] writes it
/// @param digest in hexadecimal; see [ShardIndex#digest()]
record IndexHeader(
        ObjectMetadata object,
        String options,
        List<Field> fields,
        int sampleCount,
        int keyBytes,
        int maxLength,
        int longestLength,
        IndexCounters counters,
        String digest,
        int columnsOffset) {

    /// Decodes a file whose checksum has been found right.
    static IndexHeader decode(MemorySegment file) {
        Cursor texts = new Cursor(file);
        String key = texts.text();
        String version = texts.text();
        String options = texts.text();
        int fieldCount = file.get(IndexLayout.INT, IndexLayout.FIELD_COUNT_AT);
        List<Field> fields = new ArrayList<>(fieldCount);
        for (int f = 0; f < fieldCount; f++) {
            ElementType type = ElementType.valueOf(texts.text());
            fields.add(new Field(texts.text(), type));
        }
        byte[] digest =
                file.asSlice(IndexLayout.DIGEST_AT, IndexLayout.DIGEST_BYTES).toArray(ValueLayout.JAVA_BYTE);
        return new IndexHeader(
                new ObjectMetadata(key, file.get(IndexLayout.LONG, IndexLayout.OBJECT_BYTES_AT), version),
                options,
                List.copyOf(fields),
                file.get(IndexLayout.INT, IndexLayout.SAMPLE_COUNT_AT),
                file.get(IndexLayout.INT, IndexLayout.KEY_BYTES_AT),
                file.get(IndexLayout.INT, IndexLayout.MAX_LENGTH_AT),
                file.get(IndexLayout.INT, IndexLayout.LONGEST_LENGTH_AT),
                counters(file),
                HexFormat.of().formatHex(digest),
                file.get(IndexLayout.INT, IndexLayout.COLUMNS_OFFSET_AT));
    }

    IndexLayout layout() {
        return new IndexLayout(columnsOffset, sampleCount, fields, object.sizeBytes(), keyBytes);
    }

    private static IndexCounters counters(MemorySegment file) {
        long[] values = new long[6];
        for (int i = 0; i < values.length; i++) {
            values[i] = file.get(IndexLayout.LONG, IndexLayout.COUNTERS_AT + 8L * i);
        }
        return new IndexCounters(values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    private static final class Cursor {

        private final MemorySegment file;
        private long at = IndexLayout.TEXTS_AT;

        Cursor(MemorySegment file) {
            this.file = file;
        }

        int number() {
            int value = file.get(IndexLayout.INT, at);
            at += Integer.BYTES;
            return value;
        }

        String text() {
            byte[] utf8 = new byte[number()];
            MemorySegment.copy(file, at, MemorySegment.ofArray(utf8), 0, utf8.length);
            at += utf8.length;
            return new String(utf8, StandardCharsets.UTF_8);
        }
    }
}
