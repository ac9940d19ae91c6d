package dev.penstock.cli.report;

import dev.penstock.batch.Batch;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Writes what was delivered: a JSON line per batch.
///
/// ```
/// {"epoch":0,"step":12,"rank":1,"ids":[17,4],"crc32c":[2868870943,1094795585],"bytes":34567}
/// ```
///
/// Confined to one thread; allocates only while lines grow.
public final class TraceWriter implements AutoCloseable {

    /// Digits of the largest `long`.
    private static final int MAX_DIGITS = 19;

    private final LineFile file;
    private byte[] line = new byte[1 << 12];
    private int length;

    /// @param file closed with this writer
    public TraceWriter(LineFile file) {
        this.file = file;
    }

    public void write(Batch batch) {
        length = 0;
        text("{\"epoch\":").number(batch.epoch());
        text(",\"step\":").number(batch.step());
        text(",\"rank\":").number(batch.rank());
        text(",\"ids\":[");
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            separator(sample).number(batch.sampleId(sample));
        }
        text("],\"crc32c\":[");
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            separator(sample).number(batch.crc32c(sample));
        }
        text("],\"bytes\":").number(batch.payloadBytes());
        text("}\n");
        file.write(ByteBuffer.wrap(line, 0, length));
    }

    private TraceWriter separator(int index) {
        return index == 0 ? this : text(",");
    }

    private TraceWriter text(String ascii) {
        ensure(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            line[length++] = (byte) ascii.charAt(i);
        }
        return this;
    }

    /// @param value not negative
    private void number(long value) {
        ensure(MAX_DIGITS);
        int begin = length;
        long rest = value;
        do {
            line[length++] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        for (int low = begin, high = length - 1; low < high; low++, high--) {
            byte swapped = line[low];
            line[low] = line[high];
            line[high] = swapped;
        }
    }

    private void ensure(int bytes) {
        if (length + bytes > line.length) {
            line = Arrays.copyOf(line, Math.max(length + bytes, line.length * 2));
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
