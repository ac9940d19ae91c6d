package dev.penstock.bench.s3server;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Multipart uploads that have begun and not ended. Any thread.
final class Uploads {

    private static final Pattern PART = Pattern.compile("<Part>(.*?)</Part>", Pattern.DOTALL);
    private static final Pattern PART_NUMBER = Pattern.compile("<PartNumber>\\s*(\\d{1,9})\\s*</PartNumber>");
    private static final Pattern E_TAG =
            Pattern.compile("<ETag>\\s*(?:&quot;|&#34;|\")?([0-9a-f]+)(?:&quot;|&#34;|\")?\\s*</ETag>");

    private final Map<String, NavigableMap<Integer, HeldContent>> parts = new ConcurrentHashMap<>();
    private final AtomicLong begun = new AtomicLong();

    /// Begins an upload and returns its id.
    String begin() {
        String id = "upload-" + begun.incrementAndGet();
        parts.put(id, new ConcurrentSkipListMap<>());
        return id;
    }

    void add(RequestTarget target, HeldContent part) {
        upload(target).put(Integer.parseInt(target.parameter("partNumber").orElse("0")), part);
    }

    /// The object that the parts of an upload make, which is what ends the upload.
    HeldContent complete(RequestTarget target, ByteBuf listed) {
        NavigableMap<Integer, HeldContent> upload = upload(target);
        List<HeldContent> ordered = new ArrayList<>();
        int last = 0;
        Matcher part = PART.matcher(listed.toString(StandardCharsets.UTF_8));
        while (part.find()) {
            int number = Integer.parseInt(group(PART_NUMBER, part.group(1)));
            HeldContent content = upload.get(number);
            boolean known = content != null && content.eTag().equals('"' + group(E_TAG, part.group(1)) + '"');
            if (content == null || !known || number <= last) {
                throw new RefusedException(S3Error.INVALID_PART);
            }
            ordered.add(content);
            last = number;
        }
        if (ordered.isEmpty()) {
            throw new RefusedException(S3Error.INVALID_PART);
        }
        HeldContent whole = HeldContent.joined(ordered);
        abort(target);
        return whole;
    }

    private static String group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new RefusedException(S3Error.INVALID_PART);
        }
        return matcher.group(1);
    }

    void abort(RequestTarget target) {
        upload(target);
        parts.remove(id(target));
    }

    int open() {
        return parts.size();
    }

    private NavigableMap<Integer, HeldContent> upload(RequestTarget target) {
        NavigableMap<Integer, HeldContent> upload = parts.get(id(target));
        if (upload == null) {
            throw new RefusedException(S3Error.NO_SUCH_UPLOAD);
        }
        return upload;
    }

    private static String id(RequestTarget target) {
        return target.parameter("uploadId").orElse("");
    }
}
