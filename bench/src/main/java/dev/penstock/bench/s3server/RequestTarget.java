package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a request is about: the path-style bucket and key of its URI, and its parameters, decoded.
///
/// @param path of the URI
/// @param key empty for the bucket itself
record RequestTarget(String path, String bucket, String key, Map<String, List<String>> parameters) {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    static RequestTarget of(String uri) {
        QueryStringDecoder decoder = new QueryStringDecoder(uri);
        String path = decoder.path().substring(1);
        int slash = path.indexOf('/');
        return new RequestTarget(
                decoder.path(),
                slash < 0 ? path : path.substring(0, slash),
                slash < 0 ? "" : path.substring(slash + 1),
                decoder.parameters());
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).map(List::getFirst);
    }

    boolean has(String parameter) {
        return parameters.containsKey(parameter);
    }

    Operation operation(HttpMethod method) {
        if (key.isEmpty()) {
            return switch (method.name()) {
                case "HEAD" -> Operation.HEAD_BUCKET;
                case "GET" -> Operation.LIST_OBJECTS;
                default -> throw new RefusedException(S3Error.NOT_IMPLEMENTED);
            };
        }
        return switch (method.name()) {
            case "GET" -> Operation.GET_OBJECT;
            case "HEAD" -> Operation.HEAD_OBJECT;
            case "PUT" -> has("uploadId") ? Operation.UPLOAD_PART : Operation.PUT_OBJECT;
            case "DELETE" -> has("uploadId") ? Operation.ABORT_UPLOAD : Operation.DELETE_OBJECT;
            case "POST" -> {
                if (has("uploads")) {
                    yield Operation.CREATE_UPLOAD;
                }
                if (has("uploadId")) {
                    yield Operation.COMPLETE_UPLOAD;
                }
                throw new RefusedException(S3Error.NOT_IMPLEMENTED);
            }
            default -> throw new RefusedException(S3Error.NOT_IMPLEMENTED);
        };
    }

    /// The path as a signature has it.
    String canonicalPath() {
        return encoded(path).replace("%2F", "/");
    }

    /// The parameters as a signature has them.
    String canonicalQuery() {
        SortedMap<String, List<String>> byName = new TreeMap<>();
        parameters.forEach((name, values) -> byName.put(
                encoded(name),
                values.stream().map(RequestTarget::encoded).sorted().toList()));
        List<String> pairs = new ArrayList<>();
        byName.forEach((name, values) -> values.forEach(value -> pairs.add(name + "=" + value)));
        return String.join("&", pairs);
    }

    /// Percent-encodes everything but the unreserved characters of RFC 3986.
    static String encoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte octet : text.getBytes(UTF_8)) {
            boolean unreserved = (octet >= 'A' && octet <= 'Z')
                    || (octet >= 'a' && octet <= 'z')
                    || (octet >= '0' && octet <= '9')
                    || "-._~".indexOf(octet) >= 0;
            if (unreserved) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }
}
