package dev.penstock.storage.web;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// What a response says of its body: that it is not encoded, and how long it is.
final class BodyHeaders {

    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

    private BodyHeaders() {}

    /// Refuses a body of which ranges and lengths count encoded bytes.
    static void requirePlain(FailureMessage operation, HttpHeaders response) {
        String encoding = response.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new StoreAccessException(operation
                    .with("expected", "Content-Encoding identity")
                    .with("found", encoding)
                    .remedy("switch compression off for this path on the server"));
        }
    }

    /// Empty where the server does not say.
    static OptionalLong lengthBytes(HttpHeaders response) {
        String length = response.get(HttpHeaderNames.CONTENT_LENGTH, "");
        return LENGTH.matcher(length).matches() ? OptionalLong.of(Long.parseLong(length)) : OptionalLong.empty();
    }
}
