package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/// The bytes that a request uploads, out of their `aws-chunked` framing and held against every checksum it states.
///
/// Checked are the SHA-256 that the signature covers, Content-MD5, and CRC-32 and CRC-32C in headers or trailers.
/// Signatures of single chunks are not: the request's own signature says who sent it, the checksums that it arrived.
final class Payload {

    private static final String CHUNKED = "STREAMING-";
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final byte LINE_FEED = '\n';

    private Payload() {}

    /// Copies the payload out of the request.
    static HeldContent of(FullHttpRequest request) {
        HttpHeaders headers = request.headers();
        String digest = headers.get(SignatureCheck.PAYLOAD_HEADER, UNSIGNED);
        if (digest.startsWith(CHUNKED)) {
            ByteBuf decoded = decoded(request.content(), headers);
            requireChecksums(headers, decoded);
            return HeldContent.of(decoded);
        }
        if (!digest.equals(UNSIGNED)) {
            String found = HexFormat.of().formatHex(digest(Digests.sha256(), request.content()));
            require(found.equals(digest), S3Error.CONTENT_SHA256_MISMATCH);
        }
        requireChecksums(headers, request.content());
        return HeldContent.of(request.content());
    }

    /// Each chunk is `SIZE[;chunk-signature=…]` in hexadecimal, a line end, the bytes, a line end; after the last
    /// one, of size 0, come trailers, which join the headers.
    private static ByteBuf decoded(ByteBuf body, HttpHeaders headers) {
        ByteBuf decoded = Unpooled.buffer(body.readableBytes());
        while (true) {
            String sizeLine = line(body);
            int extension = sizeLine.indexOf(';');
            int size = parseHex(extension < 0 ? sizeLine : sizeLine.substring(0, extension));
            require(size <= body.readableBytes(), S3Error.INCOMPLETE_BODY);
            decoded.writeBytes(body, size);
            if (size == 0) {
                break;
            }
            line(body);
        }
        while (body.isReadable()) {
            String trailer = line(body);
            int colon = trailer.indexOf(':');
            if (colon > 0) {
                headers.set(
                        trailer.substring(0, colon),
                        trailer.substring(colon + 1).strip());
            }
        }
        String wanted = headers.get("x-amz-decoded-content-length", "");
        require(wanted.equals(Integer.toString(decoded.readableBytes())), S3Error.INCOMPLETE_BODY);
        return decoded;
    }

    private static int parseHex(String size) {
        try {
            return Integer.parseUnsignedInt(size, 16);
        } catch (NumberFormatException malformed) {
            throw new RefusedException(S3Error.INCOMPLETE_BODY);
        }
    }

    private static String line(ByteBuf body) {
        int length = body.bytesBefore(LINE_FEED);
        require(length >= 0, S3Error.INCOMPLETE_BODY);
        String line = body.toString(body.readerIndex(), length, US_ASCII).strip();
        body.skipBytes(length + 1);
        return line;
    }

    private static void requireChecksums(HttpHeaders headers, ByteBuf body) {
        requireChecksum(headers.get("x-amz-checksum-crc32", ""), new CRC32(), body);
        requireChecksum(headers.get("x-amz-checksum-crc32c", ""), new CRC32C(), body);
        String md5 = headers.get(HttpHeaderNames.CONTENT_MD5, "");
        require(
                md5.isEmpty() || md5.equals(Base64.getEncoder().encodeToString(digest(Digests.md5(), body))),
                S3Error.BAD_DIGEST);
    }

    private static void requireChecksum(String stated, Checksum sum, ByteBuf body) {
        if (stated.isEmpty()) {
            return;
        }
        sum.update(ByteBufUtil.getBytes(body));
        byte[] found =
                ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue()).array();
        require(stated.equals(Base64.getEncoder().encodeToString(found)), S3Error.BAD_DIGEST);
    }

    private static byte[] digest(MessageDigest digest, ByteBuf body) {
        for (ByteBuffer piece : body.nioBuffers()) {
            digest.update(piece);
        }
        return digest.digest();
    }

    private static void require(boolean holds, S3Error error) {
        if (!holds) {
            throw new RefusedException(error);
        }
    }
}
