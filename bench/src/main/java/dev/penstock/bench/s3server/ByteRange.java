package dev.penstock.bench.s3server;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A part of an object, half-open.
record ByteRange(long from, long until) {

    private static final Pattern HEADER = Pattern.compile("bytes=(?<first>\\d{0,18})-(?<last>\\d{0,18})");

    /// What a `Range` header asks for of an object; empty for all of it, also where the header says nothing that can be
    /// understood, as HTTP wants it.
    static Optional<ByteRange> asked(@Nullable String header, long sizeBytes) {
        Matcher matcher = HEADER.matcher(header == null ? "" : header);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String first = matcher.group("first");
        String last = matcher.group("last");
        if (first.isEmpty() && last.isEmpty()) {
            return Optional.empty();
        }
        long from = first.isEmpty() ? Math.max(0, sizeBytes - Long.parseLong(last)) : Long.parseLong(first);
        long until = first.isEmpty() || last.isEmpty() ? sizeBytes : Math.min(sizeBytes, Long.parseLong(last) + 1);
        if (!first.isEmpty() && !last.isEmpty() && Long.parseLong(last) < from) {
            return Optional.empty();
        }
        if (from >= until) {
            throw new RefusedException(S3Error.INVALID_RANGE);
        }
        return Optional.of(new ByteRange(from, until));
    }

    /// The range one byte earlier; one byte later where there is no earlier one.
    ByteRange shifted(long sizeBytes) {
        return from > 0 ? new ByteRange(from - 1, until - 1) : new ByteRange(1, Math.min(sizeBytes, until + 1));
    }

    long length() {
        return until - from;
    }

    String contentRange(long sizeBytes) {
        return "bytes " + from + "-" + (until - 1) + "/" + sizeBytes;
    }
}
