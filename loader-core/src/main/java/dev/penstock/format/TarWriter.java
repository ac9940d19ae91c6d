package dev.penstock.format;

import dev.penstock.store.ObjectWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes a POSIX tar whose bytes depend on nothing but the members: no times, owners or modes of the source.
///
/// Names above 100 bytes or outside ASCII, and sizes from 8 GiB, go into pax headers. The caller keeps and commits
/// the [ObjectWriter]. Threading: one thread.
public final class TarWriter {

    /// Large against the cost of a write, small against a shard.
    private static final int BUFFER_BYTES = 1 << 20;

    private static final int NAME_BYTES = 100;

    /// Eleven octal digits.
    private static final long MAX_HEADER_SIZE = (1L << 33) - 1;

    private static final int END_MARKER_BYTES = 2 * TarHeader.BLOCK_BYTES;

    private final ObjectWriter out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long bytes;

    public TarWriter(ObjectWriter out) {
        this.out = out;
    }

    /// Appends a regular file.
    ///
    /// @param content exactly `sizeBytes` bytes; read to its end, and left open
    /// @throws IOException when the content cannot be read or is not of that size
    public void member(String name, long sizeBytes, InputStream content) throws IOException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        boolean longName = utf8.length > NAME_BYTES || utf8.length != name.length();
        boolean longSize = sizeBytes > MAX_HEADER_SIZE;
        if (longName || longSize) {
            byte[] records = ((longName ? paxRecord("path", name) : "")
                            + (longSize ? paxRecord("size", Long.toString(sizeBytes)) : ""))
                    .getBytes(StandardCharsets.UTF_8);
            put(TarHeader.encode("pax".getBytes(StandardCharsets.US_ASCII), records.length, 'x'));
            put(records);
            pad();
        }
        put(TarHeader.encode(Arrays.copyOf(utf8, Math.min(utf8.length, NAME_BYTES)), longSize ? 0 : sizeBytes, '0'));
        copy(name, sizeBytes, content);
        pad();
    }

    /// Appends the end marker and hands everything to the writer.
    public void end() {
        put(new byte[END_MARKER_BYTES]);
        flush();
    }

    /// Bytes of the archive so far.
    public long bytes() {
        return bytes;
    }

    private void copy(String name, long sizeBytes, InputStream content) throws IOException {
        long copied = 0;
        while (true) {
            if (buffered == BUFFER_BYTES) {
                flush();
            }
            int read = content.read(buffer, buffered, BUFFER_BYTES - buffered);
            if (read < 0) {
                break;
            }
            copied += read;
            buffered += read;
            bytes += read;
        }
        if (copied != sizeBytes) {
            throw new IOException(name + " has " + copied + " bytes where " + sizeBytes + " were announced");
        }
    }

    private void put(byte[] block) {
        for (int copied = 0; copied < block.length; ) {
            if (buffered == BUFFER_BYTES) {
                flush();
            }
            int step = Math.min(block.length - copied, BUFFER_BYTES - buffered);
            System.arraycopy(block, copied, buffer, buffered, step);
            buffered += step;
            copied += step;
        }
        bytes += block.length;
    }

    private void pad() {
        put(new byte[(int) (-bytes & (TarHeader.BLOCK_BYTES - 1))]);
    }

    private void flush() {
        out.write(ByteBuffer.wrap(buffer, 0, buffered));
        buffered = 0;
    }

    /// The record's length counts its own digits, so it is found by trying.
    private static String paxRecord(String key, String value) {
        int rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8).length;
        int length = rest;
        while (length != rest + Integer.toString(length).length()) {
            length = rest + Integer.toString(length).length();
        }
        return length + " " + key + "=" + value + "\n";
    }
}
