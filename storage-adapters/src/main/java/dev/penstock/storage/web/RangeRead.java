package dev.penstock.storage.web;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.storage.http.ContentRange;
import dev.penstock.storage.http.HttpFailures;
import dev.penstock.storage.http.RangeBody;
import dev.penstock.storage.http.RangeGet;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;

/// One ranged GET: its headers, the check of what came back, and the way of its bytes into the target.
///
/// Bytes go from the socket's receive buffer to the target, and every buffer is released when its bytes are copied.
/// A body is received to its end where that is the end of the range, so that its connection can be used again; a
/// target that wants no more before that ends the body, and with it the connection.
final class RangeRead {

    private final ObjectMetadata object;
    private final RangeGet get;

    /// Asks for what `target` is missing now.
    RangeRead(WebRoot root, ObjectMetadata object, long offsetBytes, ReadTarget target) {
        this.object = object;
        this.get = new RangeGet(root.shown(), object, offsetBytes, target);
    }

    void ask(HttpHeaders request) {
        request.set(HttpHeaderNames.RANGE, get.header());
        Validators.require(object.version(), request);
    }

    Mono<Void> receive(HttpClientResponse response, ByteBufFlux body) {
        int status = response.status().code();
        HttpHeaders headers = response.responseHeaders();
        return switch (status) {
            case 200, 206 -> {
                BodyHeaders.requirePlain(operation(), headers);
                yield pour(
                        body,
                        get.answered(
                                status,
                                headers.get(HttpHeaderNames.CONTENT_RANGE),
                                BodyHeaders.lengthBytes(headers),
                                comparableVersion(headers)));
            }
            case 412 -> throw changed(status);
            case 416 -> throw outside(status, headers);
            default -> throw WebFailures.ofStatus(operation(), status, headers);
        };
    }

    /// The operation, as its failures name it.
    FailureMessage operation() {
        return get.operation();
    }

    private static Mono<Void> pour(ByteBufFlux arriving, RangeBody body) {
        return arriving.onErrorMap(HttpFailures::inBodyAsSeenByTheSdk)
                .<Void>handle((bytes, sink) -> {
                    if (!take(bytes, body)) {
                        sink.complete();
                    }
                })
                .then(Mono.fromRunnable(body::requireEnd));
    }

    private static boolean take(ByteBuf arrived, RangeBody body) {
        boolean wanted = true;
        for (ByteBuffer piece : arrived.nioBuffers()) {
            wanted = body.take(piece);
        }
        return wanted;
    }

    private String comparableVersion(HttpHeaders headers) {
        return Validators.of(headers).comparableWith(object.version());
    }

    private CorruptDataException changed(int status) {
        return new CorruptDataException(operation()
                .with("expected", "version " + object.version())
                .with("found", WebFailures.text(status))
                .remedy("the object changed since it was indexed: restore it or index it again"));
    }

    private CorruptDataException outside(int status, HttpHeaders headers) {
        OptionalLong sizeBytes = ContentRange.of(headers.get(HttpHeaderNames.CONTENT_RANGE))
                .map(ContentRange::sizeBytes)
                .orElse(OptionalLong.empty());
        get.requireSame(sizeBytes, comparableVersion(headers));
        return new CorruptDataException(operation()
                .with("expected", object.sizeBytes() + " bytes")
                .with("found", WebFailures.text(status))
                .remedy("the object changed since it was indexed: restore it or index it again"));
    }
}
