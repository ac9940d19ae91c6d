package dev.penstock.storage.http;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The range that a server says it sent, and the size of the whole (RFC 9110, 14.4).
///
/// @param span `FIRST-LAST`, both inclusive; `*` where nothing was sent
/// @param sizeBytes empty where the server does not know
public record ContentRange(String span, OptionalLong sizeBytes) {

    private static final Pattern FORM = Pattern.compile("bytes (\\d{1,18}-\\d{1,18}|\\*)/(\\d{1,18}|\\*)");

    /// The header as it is; empty where it is missing or of another form.
    public static Optional<ContentRange> of(@Nullable String header) {
        Matcher matcher = FORM.matcher(header == null ? "" : header);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String size = matcher.group(2);
        return Optional.of(new ContentRange(
                matcher.group(1), size.equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(size))));
    }

    /// Where what was sent ends, exclusive, if it is the range `[firstByte, endByte)` or the beginning of it.
    OptionalLong endWithin(long firstByte, long endByte) {
        int dash = span.indexOf('-');
        if (dash < 0 || Long.parseLong(span.substring(0, dash)) != firstByte) {
            return OptionalLong.empty();
        }
        long end = Long.parseLong(span.substring(dash + 1)) + 1;
        return end > firstByte && end <= endByte ? OptionalLong.of(end) : OptionalLong.empty();
    }

    static String span(long firstByte, long endByte) {
        return firstByte + "-" + (endByte - 1);
    }
}
