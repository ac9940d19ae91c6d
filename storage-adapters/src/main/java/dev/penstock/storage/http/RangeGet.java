package dev.penstock.storage.http;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.WrongAnswerException;
import dev.penstock.storage.ReadChecks;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A GET of the range that a target is missing, and the judge of what comes back; no server is believed.
///
/// Another state of the object is a [dev.penstock.error.CorruptDataException]; another range, and a body longer than
/// the range, a [WrongAnswerException]; a body that ends early, and the beginning of the range alone, as caches with a
/// longest range send it, a [dev.penstock.error.RetryableException]. Bytes of a body that was refused after it began
/// stay in the target, as those of a broken connection do: the blocks' checksums judge them.
public final class RangeGet {

    private static final int WHOLE = 200;

    private final URI root;
    private final ObjectMetadata object;
    private final ReadTarget target;
    private final long filledBytes;
    private final long firstByte;
    private final long endByte;

    /// Asks for what `target` is missing now.
    public RangeGet(URI root, ObjectMetadata object, long offsetBytes, ReadTarget target) {
        this.root = root;
        this.object = object;
        this.target = target;
        this.filledBytes = target.filledBytes();
        this.firstByte = offsetBytes + filledBytes;
        this.endByte = offsetBytes + target.sizeBytes();
    }

    /// The value of the request's `Range`.
    public String header() {
        return "bytes=" + ContentRange.span(firstByte, endByte);
    }

    /// Judges the head of an answer and returns where its body goes.
    ///
    /// @param status 200 or 206
    /// @param lengthBytes the `Content-Length`; empty where the server does not say
    /// @param version what can be compared with the object's; empty where the server gave none
    public RangeBody answered(int status, @Nullable String contentRange, OptionalLong lengthBytes, String version) {
        return status == WHOLE
                ? answeredWithAll(lengthBytes, version)
                : answeredWithPart(contentRange, lengthBytes, version);
    }

    private RangeBody answeredWithPart(@Nullable String contentRange, OptionalLong lengthBytes, String version) {
        Optional<ContentRange> found = ContentRange.of(contentRange);
        found.ifPresent(range -> requireSame(range.sizeBytes(), version));
        OptionalLong sentEnd =
                found.map(range -> range.endWithin(firstByte, endByte)).orElse(OptionalLong.empty());
        if (sentEnd.isEmpty()) {
            throw new WrongAnswerException(misanswered(found.map(range -> "bytes " + range.span())
                    .orElse(contentRange == null ? "no Content-Range" : "a Content-Range of no known form")));
        }
        long sentBytes = sentEnd.getAsLong() - firstByte;
        if (lengthBytes.orElse(0) > sentBytes) {
            throw new WrongAnswerException(misanswered("a body of " + lengthBytes.getAsLong() + " bytes"));
        }
        return new RangeBody(this, target, filledBytes, filledBytes + sentBytes);
    }

    /// A server without ranges sends everything, which will do where everything is wanted.
    private RangeBody answeredWithAll(OptionalLong lengthBytes, String version) {
        requireSame(lengthBytes, version);
        if (target.sizeBytes() != object.sizeBytes()) {
            throw new StoreAccessException(operation()
                    .with("expected", "206 Partial Content")
                    .with("found", "200 OK")
                    .remedy("serve the data from a server that answers range requests, or copy it to one"));
        }
        return new RangeBody(this, target, 0, object.sizeBytes());
    }

    /// Refuses another state of the object, as far as the answer tells it.
    public void requireSame(OptionalLong sizeBytes, String version) {
        ReadChecks.requireSame(
                root, object, new ObjectMetadata(object.key(), sizeBytes.orElse(object.sizeBytes()), version));
    }

    /// The operation, as its failures name it.
    public FailureMessage operation() {
        return FailureMessage.of("object read")
                .with("uri", root)
                .with("key", object.key())
                .with("range", "[" + firstByte + ", " + endByte + ")");
    }

    FailureMessage misanswered(String found) {
        return operation()
                .with("expected", "bytes " + ContentRange.span(firstByte, endByte))
                .with("found", found)
                .remedy("check the server and the caches before it: they must answer the ranges they are asked for");
    }
}
