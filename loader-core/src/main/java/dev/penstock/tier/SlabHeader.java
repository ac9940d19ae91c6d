package dev.penstock.tier;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What stands before a block in a slab: which block it is, and how to tell that its bytes are whole.
///
/// ```
///  0 magic       int64  "PENSTOCK"
///  8 version     int32  1
/// 12 lengthBytes int32
/// 16 keyHigh     int64
/// 24 keyLow      int64
/// 32 dataCrc32c  int32
/// 36 crc32c      int32  over bytes 0 to 36
/// 40 zeros up to 4096
/// ```
///
/// Little-endian. A header of zeros, or whose own checksum is wrong, marks a frame without a block.
record SlabHeader(long keyHigh, long keyLow, int lengthBytes, int dataCrc32c) {

    /// One page: blocks start page-aligned, and a header never straddles two sectors.
    static final int BYTES = 4096;

    static final int VERSION = 1;

    private static final long MAGIC = 0x4B434F54534E4550L;
    private static final int CRC_AT = 36;

    static SlabHeader of(long keyHigh, long keyLow, ByteBuffer bytes) {
        return new SlabHeader(keyHigh, keyLow, bytes.remaining(), crc32c(bytes));
    }

    /// Whether `bytes` are those that the header was written for.
    boolean describes(long keyHigh, long keyLow, ByteBuffer bytes) {
        return this.keyHigh == keyHigh
                && this.keyLow == keyLow
                && lengthBytes == bytes.remaining()
                && dataCrc32c == crc32c(bytes);
    }

    ByteBuffer encode() {
        ByteBuffer page = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        page.putLong(MAGIC).putInt(VERSION).putInt(lengthBytes).putLong(keyHigh).putLong(keyLow);
        page.putInt(dataCrc32c).putInt(crc32c(page.slice(0, CRC_AT)));
        return page.rewind();
    }

    /// The header in a page; null when there is none.
    static @Nullable SlabHeader decode(ByteBuffer page) {
        page.order(ByteOrder.LITTLE_ENDIAN);
        if (page.getLong(0) != MAGIC
                || page.getInt(8) != VERSION
                || page.getInt(CRC_AT) != crc32c(page.slice(0, CRC_AT))) {
            return null;
        }
        return new SlabHeader(page.getLong(16), page.getLong(24), page.getInt(12), page.getInt(32));
    }

    private static int crc32c(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
