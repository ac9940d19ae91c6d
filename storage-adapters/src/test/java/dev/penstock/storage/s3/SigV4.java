package dev.penstock.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A server's check of AWS Signature Version 4.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">the rules</a>
record SigV4(String accessKey, String secretKey) {

    private static final Duration MOST_SKEW = Duration.ofMinutes(15);
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d+)/([^/]+)/s3/aws4_request, SignedHeaders=([^,]+), Signature=(\\w+)");

    /// The code of the error that a request deserves; null for one that is signed as it must be.
    String refusal(HttpExchange exchange, byte[] body) {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        Matcher parts = AUTHORIZATION.matcher(authorization == null ? "" : authorization);
        if (!parts.matches()) {
            return "AccessDenied";
        }
        if (!parts.group(1).equals(accessKey)) {
            return "InvalidAccessKeyId";
        }
        String date = exchange.getRequestHeaders().getFirst("X-Amz-Date");
        Instant sent = LocalDateTime.parse(date, DATE).toInstant(ZoneOffset.UTC);
        if (Duration.between(sent, Instant.now()).abs().compareTo(MOST_SKEW) > 0) {
            return "RequestTimeTooSkewed";
        }
        String hash = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
        boolean hashed = hash.length() == 64;
        if (hashed && !hash.equals(hex(sha256(body)))) {
            return "XAmzContentSHA256Mismatch";
        }
        String canonical = String.join(
                "\n",
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                canonicalQuery(exchange.getRequestURI().getRawQuery()),
                canonicalHeaders(exchange, List.of(parts.group(4).split(";"))),
                parts.group(4),
                hash);
        String scope = parts.group(2) + "/" + parts.group(3) + "/s3/aws4_request";
        String toSign = String.join("\n", "AWS4-HMAC-SHA256", date, scope, hex(sha256(canonical.getBytes(UTF_8))));
        byte[] key = ("AWS4" + secretKey).getBytes(UTF_8);
        for (String step : List.of(parts.group(2), parts.group(3), "s3", "aws4_request", toSign)) {
            key = hmac(key, step);
        }
        return hex(key).equals(parts.group(5)) ? null : "SignatureDoesNotMatch";
    }

    private static String canonicalQuery(String raw) {
        if (raw == null) {
            return "";
        }
        return Arrays.stream(raw.split("&", -1))
                .map(part -> part.contains("=") ? part : part + "=")
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining("&"));
    }

    private static String canonicalHeaders(HttpExchange exchange, List<String> names) {
        return names.stream()
                .map(name -> name + ":"
                        + String.join(",", exchange.getRequestHeaders().get(name))
                                .strip() + "\n")
                .collect(Collectors.joining());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
