package dev.penstock.daemon.protocol;

import java.lang.foreign.MemorySegment;

/// The first frame of a connection: which versions the client speaks.
///
/// ```
/// +0 "PENSTOCK"  +8 u16 lowest  +10 u16 highest
/// ```
public record Hello(int lowestVersion, int highestVersion) {

    /// The version of the protocol that this code speaks.
    public static final int VERSION = 1;

    static final int BYTES = 12;

    /// "PENSTOCK" as a little-endian number.
    private static final long MAGIC = 0x4b434f54534e4550L;

    /// What this code says of itself.
    public static Hello ofThisVersion() {
        return new Hello(VERSION, VERSION);
    }

    public static Hello decode(MemorySegment body) throws MalformedFrameException {
        if (body.get(Wire.U64, 0) != MAGIC) {
            throw new MalformedFrameException("HELLO of another protocol");
        }
        return new Hello(Short.toUnsignedInt(body.get(Wire.U16, 8)), Short.toUnsignedInt(body.get(Wire.U16, 10)));
    }

    void encode(MemorySegment to) {
        to.set(Wire.U64, 0, MAGIC);
        to.set(Wire.U16, 8, (short) lowestVersion);
        to.set(Wire.U16, 10, (short) highestVersion);
    }

    public boolean speaks(int version) {
        return lowestVersion <= version && version <= highestVersion;
    }
}
