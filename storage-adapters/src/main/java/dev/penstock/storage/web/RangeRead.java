package dev.penstock.storage.web;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.storage.ReadChecks;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;
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

    private final WebRoot root;
    private final ObjectMetadata object;
    private final ReadTarget target;
    private final long filledBytes;
    private final long firstByte;
    private final long endByte;

    /// Asks for what `target` is missing now.
    RangeRead(WebRoot root, ObjectMetadata object, long offsetBytes, ReadTarget target) {
        this.root = root;
        this.object = object;
        this.target = target;
        this.filledBytes = target.filledBytes();
        this.firstByte = offsetBytes + filledBytes;
        this.endByte = offsetBytes + target.sizeBytes();
    }

    void ask(HttpHeaders request) {
        request.set(HttpHeaderNames.RANGE, "bytes=" + ContentRange.span(firstByte, endByte));
        Validators.require(object.version(), request);
    }

    Mono<Void> receive(HttpClientResponse response, ByteBufFlux body) {
        int status = response.status().code();
        HttpHeaders headers = response.responseHeaders();
        return switch (status) {
            case 200 -> receiveWhole(headers, body);
            case 206 -> receivePart(headers, body);
            case 412 -> throw changed(status);
            case 416 -> throw outside(status, headers);
            default -> throw WebFailures.ofStatus(operation(), status, headers);
        };
    }

    /// The operation, as its failures name it.
    FailureMessage operation() {
        return root.operation("object read", object.key()).with("range", "[" + firstByte + ", " + endByte + ")");
    }

    private Mono<Void> receivePart(HttpHeaders headers, ByteBufFlux body) {
        BodyHeaders.requirePlain(operation(), headers);
        Optional<ContentRange> found = ContentRange.of(headers);
        found.ifPresent(range -> requireSame(range.sizeBytes().orElse(object.sizeBytes()), headers));
        String expected = ContentRange.span(firstByte, endByte);
        if (!found.map(ContentRange::span).filter(expected::equals).isPresent()) {
            throw new RetryableException(
                    operation()
                            .with("expected", "bytes " + expected)
                            .with(
                                    "found",
                                    found.map(range -> "bytes " + range.span()).orElse("no Content-Range"))
                            .remedy("the server answered another range: if it persists, check it and its caches"),
                    null);
        }
        return pour(body, filledBytes, endByte - firstByte);
    }

    /// A server without ranges sends everything, which will do where everything is wanted.
    private Mono<Void> receiveWhole(HttpHeaders headers, ByteBufFlux body) {
        BodyHeaders.requirePlain(operation(), headers);
        requireSame(BodyHeaders.lengthBytes(headers).orElse(object.sizeBytes()), headers);
        if (target.sizeBytes() != object.sizeBytes()) {
            throw new StoreAccessException(operation()
                    .with("expected", WebFailures.text(206))
                    .with("found", WebFailures.text(200))
                    .remedy("serve the data from a server that answers range requests, or copy it to one"));
        }
        return pour(body, 0, object.sizeBytes());
    }

    private Mono<Void> pour(ByteBufFlux body, long positionBytes, long lengthBytes) {
        Pour pour = new Pour(operation(), target, positionBytes, positionBytes + lengthBytes);
        return body.<Void>handle((bytes, sink) -> {
                    if (!pour.take(bytes)) {
                        sink.complete();
                    }
                })
                .then(Mono.fromRunnable(pour::requireEnd));
    }

    private void requireSame(long sizeBytes, HttpHeaders headers) {
        String version = Validators.of(headers).comparableWith(object.version());
        ReadChecks.requireSame(root.shown(), object, new ObjectMetadata(object.key(), sizeBytes, version));
    }

    private CorruptDataException changed(int status) {
        return new CorruptDataException(operation()
                .with("expected", "version " + object.version())
                .with("found", WebFailures.text(status))
                .remedy("the object changed since it was indexed: restore it or index it again"));
    }

    private CorruptDataException outside(int status, HttpHeaders headers) {
        ContentRange.of(headers)
                .map(ContentRange::sizeBytes)
                .orElse(OptionalLong.empty())
                .ifPresent(sizeBytes -> requireSame(sizeBytes, headers));
        return new CorruptDataException(operation()
                .with("expected", object.sizeBytes() + " bytes")
                .with("found", WebFailures.text(status))
                .remedy("the object changed since it was indexed: restore it or index it again"));
    }
}
