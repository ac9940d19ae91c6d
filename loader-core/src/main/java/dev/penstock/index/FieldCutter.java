package dev.penstock.index;

import dev.penstock.batch.Field;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Cuts the bytes of one field into pieces of at most so many bytes, with a checksum each, as they stream by.
final class FieldCutter {

    private final Field field;
    private final int maxPieceBytes;
    private final CRC32C crc = new CRC32C();
    private final List<FieldValue> pieces = new ArrayList<>(1);
    private long pieceOffset;
    private int pieceBytes;

    /// @param offset of the field's first byte in the shard
    /// @param maxElements of a piece, as far as a piece stays below 2 GiB
    FieldCutter(Field field, long offset, int maxElements) {
        int widthBytes = field.type().widthBytes();
        this.field = field;
        this.pieceOffset = offset;
        this.maxPieceBytes = Math.min(maxElements, Integer.MAX_VALUE / widthBytes) * widthBytes;
    }

    void add(MemorySegment bytes) {
        for (long taken = 0; taken < bytes.byteSize(); ) {
            if (pieceBytes == maxPieceBytes) {
                endPiece();
            }
            long step = Math.min(bytes.byteSize() - taken, maxPieceBytes - pieceBytes);
            crc.update(bytes.asSlice(taken, step).asByteBuffer());
            pieceBytes += (int) step;
            taken += step;
        }
    }

    /// The pieces in stored order; an empty field is one empty piece.
    List<FieldValue> end() {
        endPiece();
        return pieces;
    }

    private void endPiece() {
        pieces.add(new FieldValue(field, pieceOffset, pieceBytes, (int) crc.getValue()));
        crc.reset();
        pieceOffset += pieceBytes;
        pieceBytes = 0;
    }
}
