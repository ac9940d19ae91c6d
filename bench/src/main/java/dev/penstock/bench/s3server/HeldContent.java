package dev.penstock.bench.s3server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/// Bytes in memory outside the heap, freed when nothing refers to them any more.
public final class HeldContent implements Content {

    private static final int DIGEST_BYTES = 1 << 20;

    private final MemorySegment bytes;
    private final String eTag;

    private HeldContent(MemorySegment bytes, String eTag) {
        this.bytes = bytes;
        this.eTag = eTag;
    }

    public static HeldContent of(byte[] bytes) {
        return of(Unpooled.wrappedBuffer(bytes));
    }

    /// Copies a buffer's readable bytes.
    static HeldContent of(ByteBuf source) {
        MemorySegment copy =
                Arena.ofAuto().allocate(Math.max(1, source.readableBytes())).asSlice(0, source.readableBytes());
        int at = 0;
        for (ByteBuffer piece : source.nioBuffers()) {
            MemorySegment.copy(MemorySegment.ofBuffer(piece), 0, copy, at, piece.remaining());
            at += piece.remaining();
        }
        return new HeldContent(copy, quoted(HexFormat.of().formatHex(md5(copy))));
    }

    /// Puts the parts of a multipart upload together; the ETag is S3's for such an object.
    static HeldContent joined(List<HeldContent> parts) {
        long sizeBytes = parts.stream().mapToLong(HeldContent::sizeBytes).sum();
        MemorySegment whole = Arena.ofAuto().allocate(Math.max(1, sizeBytes)).asSlice(0, sizeBytes);
        MessageDigest digest = Digests.md5();
        long at = 0;
        for (HeldContent part : parts) {
            MemorySegment.copy(part.bytes, 0, whole, at, part.sizeBytes());
            digest.update(md5(part.bytes));
            at += part.sizeBytes();
        }
        return new HeldContent(whole, quoted(HexFormat.of().formatHex(digest.digest()) + "-" + parts.size()));
    }

    private static byte[] md5(MemorySegment bytes) {
        MessageDigest digest = Digests.md5();
        for (long at = 0; at < bytes.byteSize(); at += DIGEST_BYTES) {
            digest.update(bytes.asSlice(at, Math.min(DIGEST_BYTES, bytes.byteSize() - at))
                    .asByteBuffer());
        }
        return digest.digest();
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    @Override
    public long sizeBytes() {
        return bytes.byteSize();
    }

    @Override
    public String eTag() {
        return eTag;
    }

    @Override
    public ByteBuf bytes(long offsetBytes, int mostBytes) {
        long length = Math.min(mostBytes, bytes.byteSize() - offsetBytes);
        return Unpooled.wrappedBuffer(bytes.asSlice(offsetBytes, length).asByteBuffer());
    }

    @Override
    public HeldContent changed() {
        byte[] inverted = bytes.toArray(ValueLayout.JAVA_BYTE);
        for (int at = 0; at < inverted.length; at++) {
            inverted[at] = (byte) ~inverted[at];
        }
        return of(inverted);
    }
}
