package dev.penstock.bench.s3server;

import dev.penstock.bench.s3server.Fate.ObjectSent;
import dev.penstock.bench.s3server.Fate.RangeSent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What S3 answers to a request, apart from how long that takes. Any thread.
final class S3Service {

    private static final String XML = "application/xml";

    private final Buckets buckets;
    private final Uploads uploads = new Uploads();
    private final SignatureCheck signatures;
    private final ServerConfig config;
    private final ServerMeter meter;

    S3Service(
            ServerConfig config, Buckets buckets, Map<String, AccessKey> keys, InstantSource clock, ServerMeter meter) {
        this.config = config;
        this.buckets = buckets;
        this.meter = meter;
        this.signatures = new SignatureCheck(keys, clock);
    }

    /// Uploads that have begun and not ended.
    int openUploads() {
        return uploads.open();
    }

    /// Answers a request, or refuses it with a [RefusedException].
    Answer answer(FullHttpRequest request, FaultRun faults) {
        RequestTarget target = RequestTarget.of(request.uri());
        Operation operation = target.operation(request.method());
        meter.count(operation);
        Optional<FaultKind> slowDown = faults.slowDown(target.key(), System.nanoTime());
        if (slowDown.isPresent()) {
            meter.count(slowDown.get());
            throw new RefusedException(S3Error.SLOW_DOWN);
        }
        if (!isPublic(request)) {
            signatures.require(request, target, faults, meter);
        }
        return switch (operation) {
            case GET_OBJECT -> get(request, target, faults.nextRead());
            case HEAD_OBJECT -> head(target);
            case PUT_OBJECT -> put(request, target);
            case DELETE_OBJECT -> delete(target);
            case LIST_OBJECTS -> Listing.page(buckets.bucket(target.bucket()), target, config.pageKeys());
            case HEAD_BUCKET -> {
                buckets.bucket(target.bucket());
                yield Answer.empty(HttpResponseStatus.OK);
            }
            case CREATE_UPLOAD -> createUpload(target);
            case UPLOAD_PART -> uploadPart(request, target);
            case COMPLETE_UPLOAD -> completeUpload(request, target);
            case ABORT_UPLOAD -> {
                uploads.abort(target);
                yield Answer.empty(HttpResponseStatus.NO_CONTENT);
            }
        };
    }

    private boolean isPublic(FullHttpRequest request) {
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return switch (config.access()) {
            case SIGNED -> false;
            case PUBLIC_READ -> reads && !request.headers().contains(HttpHeaderNames.AUTHORIZATION);
        };
    }

    private Answer get(FullHttpRequest request, RequestTarget target, Fate fate) {
        StoredEntry entry = buckets.require(target.bucket(), target.key());
        if (fate.object() == ObjectSent.REPLACED) {
            meter.count(FaultKind.REPLACED_OBJECT);
            entry = buckets.put(target.bucket(), target.key(), entry.content().changed());
        }
        requireMatch(request, Optional.of(entry));
        Content content = entry.content();
        Optional<ByteRange> asked = ByteRange.asked(request.headers().get(HttpHeaderNames.RANGE), content.sizeBytes());
        if (asked.isPresent() && fate.range() == RangeSent.SHIFTED) {
            meter.count(FaultKind.WRONG_RANGE);
            asked = asked.map(range -> range.shifted(content.sizeBytes()));
        }
        ByteRange sent = asked.orElse(new ByteRange(0, content.sizeBytes()));
        HttpResponseStatus status = asked.isPresent() ? HttpResponseStatus.PARTIAL_CONTENT : HttpResponseStatus.OK;
        List<BodyFault> faults = sent.length() == 0 ? List.of() : fate.body();
        Answer answer = new Answer(status, objectHeaders(entry).headers(), fate.stallNanos(), content, sent, faults);
        asked.ifPresent(range -> answer.with(HttpHeaderNames.CONTENT_RANGE, range.contentRange(content.sizeBytes())));
        return answer;
    }

    private Answer head(RequestTarget target) {
        StoredEntry entry = buckets.require(target.bucket(), target.key());
        return objectHeaders(entry)
                .with(HttpHeaderNames.CONTENT_LENGTH, entry.content().sizeBytes());
    }

    private static Answer objectHeaders(StoredEntry entry) {
        return Answer.empty(HttpResponseStatus.OK)
                .with(HttpHeaderNames.ETAG, entry.content().eTag())
                .with(HttpHeaderNames.ACCEPT_RANGES, HttpHeaderValues.BYTES)
                .with(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
                .with(
                        HttpHeaderNames.LAST_MODIFIED,
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                entry.modified().atOffset(ZoneOffset.UTC)));
    }

    private Answer put(FullHttpRequest request, RequestTarget target) {
        requireMatch(request, buckets.find(target.bucket(), target.key()));
        return stored(target, Payload.of(request));
    }

    private Answer stored(RequestTarget target, Content content) {
        StoredEntry entry = buckets.put(target.bucket(), target.key(), content);
        return Answer.empty(HttpResponseStatus.OK)
                .with(HttpHeaderNames.ETAG, entry.content().eTag());
    }

    private Answer delete(RequestTarget target) {
        buckets.delete(target.bucket(), target.key());
        return Answer.empty(HttpResponseStatus.NO_CONTENT);
    }

    private Answer createUpload(RequestTarget target) {
        buckets.bucket(target.bucket());
        String root = "InitiateMultipartUploadResult";
        Xml xml = new Xml().open(root).element("Bucket", target.bucket()).element("Key", target.key());
        return xml(xml.element("UploadId", uploads.begin()).close(root));
    }

    private Answer uploadPart(FullHttpRequest request, RequestTarget target) {
        HeldContent part = Payload.of(request);
        uploads.add(target, part);
        return Answer.empty(HttpResponseStatus.OK).with(HttpHeaderNames.ETAG, part.eTag());
    }

    private Answer completeUpload(FullHttpRequest request, RequestTarget target) {
        requireMatch(request, buckets.find(target.bucket(), target.key()));
        Content whole = uploads.complete(target, request.content());
        stored(target, whole);
        String root = "CompleteMultipartUploadResult";
        Xml xml = new Xml().open(root).element("Bucket", target.bucket()).element("Key", target.key());
        return xml(xml.element("ETag", whole.eTag()).close(root));
    }

    private static Answer xml(Xml xml) {
        return Answer.of(HttpResponseStatus.OK, xml.content()).with(HttpHeaderNames.CONTENT_TYPE, XML);
    }

    private static void requireMatch(FullHttpRequest request, Optional<StoredEntry> entry) {
        String wanted = request.headers().get(HttpHeaderNames.IF_MATCH);
        boolean matches = wanted == null
                || entry.filter(found -> wanted.equals("*")
                                || unquoted(wanted)
                                        .equals(unquoted(found.content().eTag())))
                        .isPresent();
        boolean mustBeAbsent = "*".equals(request.headers().get(HttpHeaderNames.IF_NONE_MATCH));
        if (!matches || (mustBeAbsent && entry.isPresent())) {
            throw new RefusedException(S3Error.PRECONDITION_FAILED);
        }
    }

    private static String unquoted(String eTag) {
        return eTag.replace("\"", "");
    }

    /// The document that explains a refusal.
    static Answer refused(S3Error error, String path, String requestId) {
        Xml xml = new Xml()
                .open("Error")
                .element("Code", error.code)
                .element("Message", error.message)
                .element("Resource", path)
                .element("RequestId", requestId)
                .close("Error");
        return Answer.of(error.status(), xml.content()).with(HttpHeaderNames.CONTENT_TYPE, XML);
    }
}
