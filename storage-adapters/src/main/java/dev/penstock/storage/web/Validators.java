package dev.penstock.storage.web;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.format.DateTimeFormatter;

/// What a response says by which the state of an object is known (RFC 9110, 8.8).
///
/// A weak ETag is no version: the server may give it to bytes that differ.
///
/// @param strongEtag with its quotes; empty where there is none
/// @param lastModified as the server wrote it; empty where there is none
record Validators(String strongEtag, String lastModified) {

    static Validators of(HttpHeaders response) {
        String etag = response.get(HttpHeaderNames.ETAG, "");
        return new Validators(isStrongEtag(etag) ? etag : "", response.get(HttpHeaderNames.LAST_MODIFIED, ""));
    }

    static boolean isStrongEtag(String version) {
        return version.length() > 1 && version.startsWith("\"") && version.endsWith("\"");
    }

    /// Makes a request conditional on `version`, where it is of a kind that a server can check.
    static void require(String version, HttpHeaders request) {
        if (isStrongEtag(version)) {
            request.set(HttpHeaderNames.IF_MATCH, version);
        } else if (isDate(version)) {
            request.set(HttpHeaderNames.IF_UNMODIFIED_SINCE, version);
        }
    }

    String version() {
        return strongEtag.isEmpty() ? lastModified : strongEtag;
    }

    /// The version to compare with `wanted`: of the same kind; empty where the server did not give that kind.
    String comparableWith(String wanted) {
        if (isStrongEtag(wanted)) {
            return strongEtag;
        }
        return isDate(wanted) ? lastModified : version();
    }

    private static boolean isDate(String version) {
        try {
            DateTimeFormatter.RFC_1123_DATE_TIME.parse(version);
            return true;
        } catch (DateTimeException _) {
            return false;
        }
    }
}
