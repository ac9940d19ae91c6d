package dev.penstock.daemon.protocol;

import java.lang.foreign.MemorySegment;

/// The daemon's answer to a [Hello]: the version that is spoken from here on.
///
/// ```
/// +0 u16 version  +2 u16 zero  +4 u32 longest body
/// ```
public record Welcome(int version, int maxBodyBytes) {

    static final int BYTES = 8;

    /// What this code answers.
    public static Welcome ofThisVersion() {
        return new Welcome(Hello.VERSION, FrameType.MAX_BODY_BYTES);
    }

    public static Welcome decode(MemorySegment body) {
        return new Welcome(Short.toUnsignedInt(body.get(Wire.U16, 0)), body.get(Wire.U32, 4));
    }

    void encode(MemorySegment to) {
        to.set(Wire.U16, 0, (short) version);
        to.set(Wire.U16, 2, (short) 0);
        to.set(Wire.U32, 4, maxBodyBytes);
    }
}
