package dev.penstock.cli.report;

import dev.penstock.batch.Batch;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/// Writes what was delivered: a JSON line per batch.
///
/// ```
/// {"epoch":0,"step":12,"rank":1,"ids":[17,4],"crc32c":[2868870943,1094795585],"bytes":34567}
/// ```
///
/// Every line is one write, so several processes may append to one file, and a killed one leaves whole lines.
/// Confined to one thread; allocates only while lines grow.
public final class TraceWriter implements AutoCloseable {

    /// Digits of the largest `long`.
    private static final int MAX_DIGITS = 19;

    private final Path file;
    private final FileChannel channel;
    private byte[] line = new byte[1 << 12];
    private int length;

    private TraceWriter(Path file, Set<OpenOption> options) {
        this.file = file;
        try {
            this.channel = FileChannel.open(file, options);
        } catch (IOException refused) {
            throw failure("opening the trace", file, refused);
        }
    }

    /// Starts a trace, over any that is there.
    public static TraceWriter create(Path file) {
        return new TraceWriter(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING));
    }

    /// Continues a trace, which other processes may do at the same time.
    public static TraceWriter append(Path file) {
        return new TraceWriter(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND));
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
        flush();
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

    private void flush() {
        ByteBuffer bytes = ByteBuffer.wrap(line, 0, length);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException failed) {
            throw failure("writing the trace", file, failed);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failed) {
            throw failure("closing the trace", file, failed);
        }
    }

    private static StoreAccessException failure(String what, Path file, IOException cause) {
        return new StoreAccessException(FailureMessage.of(what).with("file", file).with("found", cause), cause);
    }
}
