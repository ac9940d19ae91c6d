package dev.penstock.bench.s3server;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/// What a request is answered with.
///
/// @param stallNanos before the first byte, beyond the latency that every request has
/// @param bytes the part of the content that is the body
/// @param faults what goes wrong in the body
record Answer(
        HttpResponseStatus status,
        HttpHeaders headers,
        long stallNanos,
        Content content,
        ByteRange bytes,
        List<BodyFault> faults) {

    private static final HeldContent NOTHING = HeldContent.of(new byte[0]);

    Answer {
        faults = List.copyOf(faults);
    }

    static Answer empty(HttpResponseStatus status) {
        return new Answer(status, new DefaultHttpHeaders(), 0, NOTHING, new ByteRange(0, 0), List.of());
    }

    static Answer of(HttpResponseStatus status, Content content) {
        ByteRange all = new ByteRange(0, content.sizeBytes());
        return new Answer(status, new DefaultHttpHeaders(), 0, content, all, List.of());
    }

    Answer with(CharSequence header, Object value) {
        headers.set(header, value);
        return this;
    }
}
