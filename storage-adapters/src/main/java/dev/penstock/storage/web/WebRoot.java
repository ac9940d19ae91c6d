package dev.penstock.storage.web;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.storage.ObjectKeys;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a web store's objects lie, and the secret part of their URLs apart from the part that may be shown.
///
/// @param shown the root without its query; ends in `/`
/// @param query what follows the `?` of every URL, still encoded; often a token, so it appears in requests only
record WebRoot(URI shown, @Nullable String query) {

    /// More colons than the one before a port.
    private static final Pattern BARE_IPV6 = Pattern.compile("[0-9A-Fa-f.]*(:[0-9A-Fa-f.]*){2,}");

    private static final String UNRESERVED = "-._~";

    /// Splits the URI that a user wrote; refuses one with user information, which would be a password in plain sight.
    static WebRoot of(URI root) {
        String scheme = root.getScheme().toLowerCase(Locale.ROOT);
        String path = root.getRawPath();
        if (root.getHost() == null || path == null || root.getRawFragment() != null || root.getRawUserInfo() != null) {
            throw new ConfigurationException(
                    FailureMessage.of("opening a store")
                            .with("scheme", scheme)
                            .with("host", root.getHost())
                            .remedy(
                                    isBareIpv6(root.getRawAuthority())
                                            ? "write an IPv6 address in brackets, as in " + scheme
                                                    + "://[::1]:PORT/PATH"
                                            : "write " + scheme
                                                    + "://HOST[:PORT]/PATH and behind it ?TOKEN, without user, password or fragment"));
        }
        String port = root.getPort() < 0 ? "" : ":" + root.getPort();
        String directory = path.endsWith("/") ? path : path + "/";
        try {
            return new WebRoot(new URI(scheme + "://" + root.getHost() + port + directory), root.getRawQuery());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("parts of a URI that do not make one", impossible);
        }
    }

    /// The URL of an object, secret part included; refuses keys that leave the root.
    String url(String key) {
        ObjectKeys.requireInside(shown, key);
        StringBuilder url = new StringBuilder(shown.toString());
        for (byte octet : key.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xFF);
            if (isPlain(character)) {
                url.append(character);
            } else {
                url.append('%').append(String.format(Locale.ROOT, "%02X", octet));
            }
        }
        return query == null ? url.toString() : url.append('?').append(query).toString();
    }

    /// The root, secret part included.
    String identity() {
        return query == null ? shown.toString() : shown + "?" + query;
    }

    FailureMessage operation(String what, String key) {
        return FailureMessage.of(what).with("uri", shown).with("key", key);
    }

    @Override
    public String toString() {
        return shown.toString();
    }

    private static boolean isBareIpv6(@Nullable String authority) {
        return authority != null && BARE_IPV6.matcher(authority).matches();
    }

    private static boolean isPlain(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '/'
                || UNRESERVED.indexOf(character) >= 0;
    }
}
