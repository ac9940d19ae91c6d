package dev.penstock.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One 512-byte header block of a tar archive: POSIX ustar, GNU and the older form without magic.
///
/// ```
/// +0 name[100]  +100 mode[8]  +108 uid[8]  +116 gid[8]  +124 size[12]  +136 mtime[12]  +148 checksum[8]
/// +156 type  +157 linkname[100]  +257 magic[6]  +263 version[2]  +265 owner ...  +345 prefix[155]
/// ```
///
/// Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
final class TarHeader {

    static final int BLOCK_BYTES = 512;

    private static final int NAME_LENGTH = 100;
    private static final int MODE_AT = 100;
    private static final int UID_AT = 108;
    private static final int GID_AT = 116;
    private static final int SIZE_AT = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int MTIME_AT = 136;
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final int PREFIX_AT = 345;
    private static final int PREFIX_LENGTH = 155;
    private static final byte[] POSIX_MAGIC = {'u', 's', 't', 'a', 'r', 0};

    /// Top bit of a number that is stored in base 256 rather than as octal digits (a GNU extension).
    private static final int BASE_256 = 0x80;

    private final byte[] block;
    private final ShardBytes in;
    private final long offset;
    private final long sizeBytes;

    private TarHeader(byte[] block, ShardBytes in, long offset) {
        this.block = block;
        this.in = in;
        this.offset = offset;
        this.sizeBytes = number(block, SIZE_AT, SIZE_LENGTH, in, offset);
    }

    /// Takes a block whose checksum must be right.
    ///
    /// @param offset of the block, for failures
    static TarHeader decode(byte[] block, ShardBytes in, long offset) {
        requireChecksum(block, in, offset);
        return new TarHeader(block, in, offset);
    }

    /// Bytes of the data that follows.
    long sizeBytes() {
        return sizeBytes;
    }

    char type() {
        return (char) (block[TYPE_AT] & 0xFF);
    }

    /// Prefix and name, joined; asked for only where no extended header names the member, as a name that does not fit
    /// may be cut within a character.
    String name() {
        String name = text(block, 0, NAME_LENGTH, in, offset);
        // GNU archives keep times where POSIX keeps the prefix; only the magic tells them apart.
        if (!Arrays.equals(block, MAGIC_AT, MAGIC_AT + POSIX_MAGIC.length, POSIX_MAGIC, 0, POSIX_MAGIC.length)) {
            return name;
        }
        String prefix = text(block, PREFIX_AT, PREFIX_LENGTH, in, offset);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /// A header of POSIX form in which everything but name, size and type is fixed.
    ///
    /// @param name at most 100 bytes
    /// @param sizeBytes at most eleven octal digits
    static byte[] encode(byte[] name, long sizeBytes, char type) {
        byte[] block = new byte[BLOCK_BYTES];
        System.arraycopy(name, 0, block, 0, name.length);
        put(block, MODE_AT, "0000644\0");
        put(block, UID_AT, "0000000\0");
        put(block, GID_AT, "0000000\0");
        put(block, SIZE_AT, octalDigits(sizeBytes, SIZE_LENGTH - 1) + "\0");
        put(block, MTIME_AT, "00000000000\0");
        block[TYPE_AT] = (byte) type;
        put(block, MAGIC_AT, "ustar\00000");
        put(block, CHECKSUM_AT, octalDigits(checksum(block), CHECKSUM_LENGTH - 2) + "\0 ");
        return block;
    }

    /// Sum of all bytes, the checksum's own counted as spaces.
    static int checksum(byte[] block) {
        int sum = ' ' * CHECKSUM_LENGTH;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            if (i < CHECKSUM_AT || i >= CHECKSUM_AT + CHECKSUM_LENGTH) {
                sum += block[i] & 0xFF;
            }
        }
        return sum;
    }

    static String utf8(byte[] bytes, int from, int length, ShardBytes in, long offset) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, length))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw in.corrupt(
                    offset, "a member name in UTF-8", Arrays.toString(Arrays.copyOfRange(bytes, from, from + length)));
        }
    }

    private static void put(byte[] block, int at, String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, block, at, ascii.length);
    }

    private static String octalDigits(long value, int digits) {
        String octal = Long.toOctalString(value);
        return "0".repeat(digits - octal.length()) + octal;
    }

    private static void requireChecksum(byte[] block, ShardBytes in, long offset) {
        long stored = number(block, CHECKSUM_AT, CHECKSUM_LENGTH, in, offset);
        int computed = checksum(block);
        if (stored != computed) {
            throw in.corrupt(offset, "tar header checksum " + stored, computed);
        }
    }

    private static String text(byte[] block, int from, int maxLength, ShardBytes in, long offset) {
        int length = 0;
        while (length < maxLength && block[from + length] != 0) {
            length++;
        }
        return utf8(block, from, length, in, offset);
    }

    private static long number(byte[] block, int from, int length, ShardBytes in, long offset) {
        long value = (block[from] & BASE_256) != 0 ? base256(block, from, length) : octal(block, from, length);
        if (value < 0) {
            throw in.corrupt(
                    offset,
                    "a number at +" + from + " of the tar header",
                    Arrays.toString(Arrays.copyOfRange(block, from, from + length)));
        }
        return value;
    }

    private static long base256(byte[] block, int from, int length) {
        long value = block[from] & (BASE_256 - 1);
        for (int i = from + 1; i < from + length; i++) {
            if (value > Long.MAX_VALUE >> 8) {
                return -1;
            }
            value = value << 8 | (block[i] & 0xFF);
        }
        return value;
    }

    private static long octal(byte[] block, int from, int length) {
        int at = from;
        int end = from + length;
        while (at < end && block[at] == ' ') {
            at++;
        }
        long value = 0;
        for (; at < end && block[at] != 0 && block[at] != ' '; at++) {
            if (block[at] < '0' || block[at] > '7') {
                return -1;
            }
            value = value << 3 | (block[at] - '0');
        }
        return value;
    }
}
