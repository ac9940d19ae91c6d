package dev.penstock.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A tar archive made by hand, header by header, for tests; nothing of the code under test is used.
public final class TarBytes {

    private static final int BLOCK_BYTES = 512;

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

    public TarBytes file(String name, String content) {
        return member(name, '0', content.getBytes(StandardCharsets.UTF_8));
    }

    public TarBytes file(String name, byte[] content) {
        return member(name, '0', content);
    }

    /// A member whose name fits its header.
    public TarBytes member(String name, char type, byte[] content) {
        return header(name, type, octal(content.length)).padded(content);
    }

    /// A header with a size of its own making and no content.
    public TarBytes header(String name, char type, byte[] size) {
        byte[] block = new byte[BLOCK_BYTES];
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(nameBytes, 0, block, 0, nameBytes.length);
        System.arraycopy(size, 0, block, 124, size.length);
        block[156] = (byte) type;
        System.arraycopy("ustar\00000".getBytes(StandardCharsets.US_ASCII), 0, block, 257, 8);
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte value : block) {
            sum += value & 0xFF;
        }
        byte[] checksum = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(checksum, 0, block, 148, 8);
        return raw(block);
    }

    public TarBytes raw(byte[] bytes) {
        archive.writeBytes(bytes);
        return this;
    }

    public TarBytes padded(byte[] content) {
        archive.writeBytes(content);
        archive.writeBytes(new byte[-content.length & (BLOCK_BYTES - 1)]);
        return this;
    }

    public static byte[] octal(long size) {
        return String.format("%011o\0", size).getBytes(StandardCharsets.US_ASCII);
    }

    /// The archive with its end marker.
    public byte[] end() {
        archive.writeBytes(new byte[2 * BLOCK_BYTES]);
        return archive.toByteArray();
    }

    /// The archive as it stands.
    public byte[] cut() {
        return archive.toByteArray();
    }
}
