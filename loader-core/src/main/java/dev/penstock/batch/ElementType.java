package dev.penstock.batch;

/// The type of one element of a field, little-endian as stored and as delivered.
public enum ElementType {
    UINT8(1, 0, 0xFF),
    INT8(1, Byte.MIN_VALUE, Byte.MAX_VALUE),
    UINT16(2, 0, 0xFFFF),
    INT16(2, Short.MIN_VALUE, Short.MAX_VALUE),
    INT32(4, Integer.MIN_VALUE, Integer.MAX_VALUE),
    INT64(8, Long.MIN_VALUE, Long.MAX_VALUE),
    FLOAT32(4, -(1L << 24), 1L << 24),
    FLOAT64(8, -(1L << 53), 1L << 53);

    private final int widthBytes;
    private final long least;
    private final long most;

    /// @param least of the unbroken run of whole numbers that the type has
    /// @param most of the same
    ElementType(int widthBytes, long least, long most) {
        this.widthBytes = widthBytes;
        this.least = least;
        this.most = most;
    }

    public int widthBytes() {
        return widthBytes;
    }

    /// Whether an element can have this value, exactly.
    public boolean holds(long value) {
        return value >= least && value <= most;
    }
}
