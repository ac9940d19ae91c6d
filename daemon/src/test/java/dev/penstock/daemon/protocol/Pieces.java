package dev.penstock.daemon.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Bytes that arrive a few at a time.
final class Pieces implements ByteSource {

    private final byte[] bytes;
    private final int pieceBytes;
    private int at;

    Pieces(byte[] bytes, int pieceBytes) {
        this.bytes = bytes;
        this.pieceBytes = pieceBytes;
    }

    @Override
    public int receive(MemorySegment into) {
        int count = (int) Math.min(Math.min(pieceBytes, bytes.length - at), into.byteSize());
        MemorySegment.copy(bytes, at, into, ValueLayout.JAVA_BYTE, 0, count);
        at += count;
        return count;
    }
}
