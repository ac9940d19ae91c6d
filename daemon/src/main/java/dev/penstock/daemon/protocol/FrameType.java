package dev.penstock.daemon.protocol;

import org.jspecify.annotations.Nullable;

/// What a frame is, and which bodies it may have.
public enum FrameType {
    HELLO(0x01, 12, 12),
    REQUEST(0x02, 2, FrameType.MAX_BODY_BYTES),
    RELEASE(0x03, 8, FrameType.MAX_BODY_BYTES),
    WELCOME(0x81, 8, 8),
    REFUSED(0x82, 2, FrameType.MAX_BODY_BYTES),
    REPLY(0x83, 2, FrameType.MAX_BODY_BYTES),
    SEGMENT(0x84, 16, 16),
    BATCH(0x85, 96, FrameType.MAX_BODY_BYTES),
    END(0x86, 8, 8),
    FAILED(0x87, 2, FrameType.MAX_BODY_BYTES),
    RETIRED(0x88, 4, 4),
    GOODBYE(0x89, 2, FrameType.MAX_BODY_BYTES);

    /// Bounds what a frame can make its reader allocate; a thousand times what the largest request has.
    public static final int MAX_BODY_BYTES = 1 << 20;

    private static final @Nullable FrameType[] BY_CODE = new FrameType[256];

    static {
        for (FrameType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final int fewestBodyBytes;
    private final int mostBodyBytes;

    FrameType(int code, int fewestBodyBytes, int mostBodyBytes) {
        this.code = code;
        this.fewestBodyBytes = fewestBodyBytes;
        this.mostBodyBytes = mostBodyBytes;
    }

    /// The type with a code; null where there is none.
    static @Nullable FrameType of(byte code) {
        return BY_CODE[Byte.toUnsignedInt(code)];
    }

    byte code() {
        return (byte) code;
    }

    boolean takesBody(int bytes) {
        return bytes >= fewestBodyBytes && bytes <= mostBodyBytes;
    }
}
