package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Verifies the signature of a request: AWS Signature Version 4 in the `Authorization` header.
///
/// Source: "Authenticating Requests: Using the Authorization Header" of the Amazon S3 API reference. The signature
/// covers the method, the URI, the signed headers and the stated digest of the body; that digest is checked against the
/// body by [Payload]. Any region is accepted, as long as the signature was made for it. Any thread.
final class SignatureCheck {

    static final String PAYLOAD_HEADER = "x-amz-content-sha256";

    private static final String DATE_HEADER = "x-amz-date";
    private static final String TOKEN_HEADER = "x-amz-security-token";
    private static final Duration LARGEST_SKEW = Duration.ofMinutes(15);
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=(?<id>[^/,]+)/(?<scope>(?<day>\\d{8})/(?<region>[^/,]+)/s3"
                    + "/aws4_request), *SignedHeaders=(?<headers>[^,]+), *Signature=(?<signature>[0-9a-f]{64})");
    private static final Pattern SPACES = Pattern.compile(" +");

    private final Map<String, AccessKey> keys;
    private final InstantSource clock;

    /// @param keys by id; may change while requests are checked
    SignatureCheck(Map<String, AccessKey> keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /// Refuses a request that is not signed by an accepted key, for now, with a living token.
    void require(HttpRequest request, RequestTarget target, FaultRun faults, ServerMeter meter) {
        HttpHeaders headers = request.headers();
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
        if (authorization == null) {
            throw new RefusedException(S3Error.ACCESS_DENIED);
        }
        Matcher parts = AUTHORIZATION.matcher(authorization);
        if (!parts.matches()) {
            throw new RefusedException(S3Error.MALFORMED_AUTHORIZATION);
        }
        AccessKey key = keys.get(parts.group("id"));
        if (key == null) {
            throw new RefusedException(S3Error.INVALID_ACCESS_KEY_ID);
        }
        requireTime(headers, parts.group("day"));
        requireToken(headers, key);
        requireSignature(request, target, key, parts);
        if (key.token().filter(faults::expired).isPresent()) {
            meter.count(FaultKind.EXPIRED_TOKEN);
            throw new RefusedException(S3Error.EXPIRED_TOKEN);
        }
    }

    private void requireTime(HttpHeaders headers, String day) {
        String date = headers.get(DATE_HEADER, "");
        Instant signed;
        try {
            signed = DATE.parse(date, Instant::from);
        } catch (DateTimeException malformed) {
            throw new RefusedException(S3Error.ACCESS_DENIED);
        }
        if (Duration.between(signed, clock.instant()).abs().compareTo(LARGEST_SKEW) > 0) {
            throw new RefusedException(S3Error.REQUEST_TIME_TOO_SKEWED);
        }
        if (!date.startsWith(day)) {
            throw new RefusedException(S3Error.SIGNATURE_DOES_NOT_MATCH);
        }
    }

    private static void requireToken(HttpHeaders headers, AccessKey key) {
        String token = headers.get(TOKEN_HEADER, "");
        if (!token.equals(key.token().orElse(""))) {
            throw new RefusedException(S3Error.INVALID_TOKEN);
        }
    }

    private static void requireSignature(HttpRequest request, RequestTarget target, AccessKey key, Matcher parts) {
        HttpHeaders headers = request.headers();
        List<String> signed = Arrays.asList(parts.group("headers").split(";", -1));
        if (!signed.contains("host") || !signed.contains(DATE_HEADER) || !headers.contains(PAYLOAD_HEADER)) {
            throw new RefusedException(S3Error.ACCESS_DENIED);
        }
        String canonicalHeaders = signed.stream()
                .map(name -> name + ":" + canonicalValue(headers, name) + "\n")
                .collect(Collectors.joining());
        String canonicalRequest = String.join(
                "\n",
                request.method().name(),
                target.canonicalPath(),
                target.canonicalQuery(),
                canonicalHeaders,
                parts.group("headers"),
                headers.get(PAYLOAD_HEADER));
        String toSign = String.join(
                "\n",
                "AWS4-HMAC-SHA256",
                headers.get(DATE_HEADER),
                parts.group("scope"),
                HexFormat.of().formatHex(Digests.sha256().digest(canonicalRequest.getBytes(UTF_8))));
        byte[] expected =
                Digests.hmac(signingKey(key, parts.group("day"), parts.group("region")), toSign.getBytes(UTF_8));
        byte[] found = HexFormat.of().parseHex(parts.group("signature"));
        if (!MessageDigest.isEqual(expected, found)) {
            throw new RefusedException(S3Error.SIGNATURE_DOES_NOT_MATCH);
        }
    }

    private static String canonicalValue(HttpHeaders headers, String name) {
        return headers.getAll(name).stream()
                .map(value -> SPACES.matcher(value.strip()).replaceAll(" "))
                .collect(Collectors.joining(","));
    }

    private static byte[] signingKey(AccessKey key, String day, String region) {
        byte[] signing = ("AWS4" + key.secret()).getBytes(UTF_8);
        for (String part : List.of(day, region, "s3", "aws4_request")) {
            signing = Digests.hmac(signing, part.getBytes(UTF_8));
        }
        return signing;
    }
}
