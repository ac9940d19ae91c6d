package dev.penstock.index;

import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The columns of one shard while its samples are found; a field that turns up late is absent in all samples before.
final class IndexColumns {

    private final Arena arena;
    private final String shard;
    private final Column lengths;
    private final Column keyStarts;
    private final Column keys;
    private final Map<Field, FieldColumns> columns = new LinkedHashMap<>();
    private int sampleCount;
    private int longestLength;

    IndexColumns(Arena arena, String shard) {
        this.arena = arena;
        this.shard = shard;
        this.lengths = new Column(arena);
        this.keyStarts = new Column(arena);
        this.keys = new Column(arena);
        keyStarts.addInt(0);
    }

    /// Appends a sample.
    void add(String key, int length, List<FieldValue> values) {
        for (FieldValue value : values) {
            columns.computeIfAbsent(value.field(), _ -> new FieldColumns(arena)).add(sampleCount, value);
        }
        lengths.addInt(length);
        longestLength = Math.max(longestLength, length);
        keys.addBytes(key.getBytes(StandardCharsets.UTF_8));
        requireRoom();
        keyStarts.addInt((int) keys.bytes());
        sampleCount++;
    }

    private void requireRoom() {
        if (keys.bytes() > Integer.MAX_VALUE || sampleCount == Integer.MAX_VALUE - 1) {
            throw new ConfigurationException(FailureMessage.of("indexing a shard")
                    .with("shard", shard)
                    .with("samples", sampleCount)
                    .with("keyBytes", keys.bytes())
                    .with("expected", "less than 2^31 of each")
                    .remedy("cut the shard into smaller ones"));
        }
    }

    int sampleCount() {
        return sampleCount;
    }

    int longestLength() {
        return longestLength;
    }

    int keyBytes() {
        return (int) keys.bytes();
    }

    /// In the order of their first appearance.
    List<Field> fields() {
        return List.copyOf(columns.keySet());
    }

    /// The columns of all fields, each complete up to the last sample.
    List<FieldColumns> fieldColumns() {
        columns.values().forEach(column -> column.fillTo(sampleCount));
        return new ArrayList<>(columns.values());
    }

    Column lengths() {
        return lengths;
    }

    Column keyStarts() {
        return keyStarts;
    }

    Column keys() {
        return keys;
    }

    /// Where one field of every sample lies.
    static final class FieldColumns {

        private final Column offsets;
        private final Column bytes;
        private final Column crc32c;
        private int filled;

        FieldColumns(Arena arena) {
            this.offsets = new Column(arena);
            this.bytes = new Column(arena);
            this.crc32c = new Column(arena);
        }

        void add(int sample, FieldValue value) {
            fillTo(sample);
            append(value.offset(), value.bytes(), value.crc32c());
        }

        void fillTo(int sample) {
            while (filled < sample) {
                append(IndexLayout.ABSENT_OFFSET, 0, 0);
            }
        }

        private void append(long offset, int storedBytes, int checksum) {
            offsets.addLong(offset);
            bytes.addInt(storedBytes);
            crc32c.addInt(checksum);
            filled++;
        }

        Column offsets() {
            return offsets;
        }

        Column bytes() {
            return bytes;
        }

        Column crc32c() {
            return crc32c;
        }
    }
}
