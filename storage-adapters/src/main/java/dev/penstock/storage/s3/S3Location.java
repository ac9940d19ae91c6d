package dev.penstock.storage.s3;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What an `s3:` URI says: `s3://BUCKET/PREFIX?endpoint=URL&region=NAME&addressing=path|virtual&anonymous=true`.
///
/// @param root the URI as given, its path ending in `/`; it opens the same store again and holds no secret
/// @param prefix what keys are appended to: empty, or ending in `/`
/// @param endpoint empty for the one of AWS
/// @param region empty for what the SDK's own chain of settings says
record S3Location(
        URI root,
        String bucket,
        String prefix,
        Optional<URI> endpoint,
        Optional<String> region,
        Addressing addressing,
        Access access) {

    /// Where in a request the bucket's name stands.
    enum Addressing {
        /// In the path, as in `https://host/bucket/key`.
        PATH,
        /// In front of the host, as in `https://bucket.host/key`.
        VIRTUAL
    }

    /// As whom requests are sent.
    enum Access {
        /// With the credentials that the SDK's chain finds.
        SIGNED,
        /// As nobody, for public buckets.
        ANONYMOUS
    }

    private enum Option {
        ENDPOINT,
        REGION,
        ADDRESSING,
        ANONYMOUS
    }

    /// Reads a URI; an endpoint that it does not name is looked up in `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL`.
    static S3Location of(URI uri, Map<String, String> environment) {
        String bucket = uri.getRawAuthority();
        if (bucket == null || !bucket.matches("[A-Za-z0-9._-]+") || uri.getRawFragment() != null) {
            // Not even the bucket is repeated: what was refused may be a user's name and password.
            throw refused("write s3://BUCKET/PREFIX, without a user, a password, a port or a fragment");
        }
        Map<Option, String> options = options(uri);
        String prefix = prefix(uri);
        Optional<URI> endpoint = endpoint(options, environment);
        String path = uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new S3Location(
                URI.create("s3://" + bucket + path + (path.endsWith("/") ? "" : "/") + query),
                bucket,
                prefix,
                endpoint,
                Optional.ofNullable(options.get(Option.REGION)),
                addressing(options, endpoint),
                access(options));
    }

    private static String prefix(URI uri) {
        String path = uri.getPath();
        if (path.isEmpty() || path.equals("/")) {
            return "";
        }
        String prefix = path.substring(1) + (path.endsWith("/") ? "" : "/");
        if (("/" + prefix).contains("//")) {
            throw refused("write a prefix without empty parts");
        }
        return prefix;
    }

    private static Map<Option, String> options(URI uri) {
        Map<Option, String> options = new EnumMap<>(Option.class);
        String query = uri.getRawQuery();
        if (query == null) {
            return options;
        }
        for (String part : query.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8);
            if (value.isEmpty() || options.put(option(name), value) != null) {
                throw refused("give each parameter one value: ?endpoint=URL&region=NAME&addressing=path");
            }
        }
        return options;
    }

    private static Option option(String name) {
        for (Option option : Option.values()) {
            if (name.equals(option.name().toLowerCase(Locale.ROOT))) {
                return option;
            }
        }
        throw new ConfigurationException(FailureMessage.of("opening a store")
                .with("parameter", name)
                .with("known", "endpoint, region, addressing, anonymous")
                .remedy("use a listed parameter; credentials come from the environment, never from a URI"));
    }

    private static Optional<URI> endpoint(Map<Option, String> options, Map<String, String> environment) {
        String general = environment.getOrDefault("AWS_ENDPOINT_URL", "");
        String text = options.getOrDefault(Option.ENDPOINT, environment.getOrDefault("AWS_ENDPOINT_URL_S3", general));
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI endpoint = URI.create(text);
            boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
            if (http
                    && endpoint.getHost() != null
                    && endpoint.getRawUserInfo() == null
                    && endpoint.getQuery() == null) {
                return Optional.of(endpoint);
            }
        } catch (IllegalArgumentException _) {
            // The parser repeats the text, which may hold a password.
        }
        throw refused("write the endpoint as http://HOST:PORT or https://HOST, without a user or a password");
    }

    private static Addressing addressing(Map<Option, String> options, Optional<URI> endpoint) {
        String text = options.get(Option.ADDRESSING);
        if (text == null) {
            // Own servers seldom have a DNS name for every bucket.
            return endpoint.isPresent() ? Addressing.PATH : Addressing.VIRTUAL;
        }
        return switch (text) {
            case "path" -> Addressing.PATH;
            case "virtual" -> Addressing.VIRTUAL;
            default -> throw refused("write addressing=path or addressing=virtual");
        };
    }

    private static Access access(Map<Option, String> options) {
        return switch (options.getOrDefault(Option.ANONYMOUS, "false")) {
            case "true" -> Access.ANONYMOUS;
            case "false" -> Access.SIGNED;
            default -> throw refused("write anonymous=true or leave it out");
        };
    }

    private static ConfigurationException refused(String remedy) {
        return new ConfigurationException(
                FailureMessage.of("opening a store").with("scheme", "s3").remedy(remedy));
    }
}
