package dev.penstock.batch;

/// The type of one element of a field, little-endian as stored and as delivered.
public enum ElementType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    INT32(4),
    INT64(8),
    FLOAT32(4),
    FLOAT64(8);

    private final int widthBytes;

    ElementType(int widthBytes) {
        this.widthBytes = widthBytes;
    }

    public int widthBytes() {
        return widthBytes;
    }
}
