package dev.penstock.storage.web;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;

/// Which redirects are followed: a few in a row, to a web address, and never from `https` to `http`.
///
/// A redirect that is not followed is an answer, and reported as one.
final class Redirects {

    /// What a chain of mirrors needs; a loop ends here.
    private static final int LONGEST_CHAIN = 5;

    private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

    private Redirects() {}

    static boolean follow(HttpClientRequest request, HttpClientResponse response) {
        return STATUSES.contains(response.status().code())
                && request.redirectedFrom().length < LONGEST_CHAIN
                && mayFollow(request.resourceUrl(), response.responseHeaders().get(HttpHeaderNames.LOCATION));
    }

    /// Whether a `Location` can be read at all.
    static boolean isAddress(@Nullable String location) {
        if (location == null) {
            return false;
        }
        try {
            return !new URI(location).toString().isEmpty();
        } catch (URISyntaxException _) {
            return false;
        }
    }

    static boolean mayFollow(@Nullable String from, @Nullable String location) {
        if (from == null || location == null) {
            return false;
        }
        try {
            URI origin = new URI(from);
            URI target = origin.resolve(new URI(location));
            if (target.getScheme() == null || target.getHost() == null) {
                return false;
            }
            return switch (target.getScheme().toLowerCase(Locale.ROOT)) {
                case "https" -> true;
                case "http" -> origin.getScheme().equalsIgnoreCase("http");
                default -> false;
            };
        } catch (URISyntaxException _) {
            return false;
        }
    }
}
