package dev.penstock.storage.file;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a `file:` URI says: a directory, and how to read below it.
///
/// `file:DIR` is relative to the working directory, `file:/DIR` and `file:///DIR` are absolute; `?io=buffered`,
/// `?io=direct` or `?io=auto` may follow, and `auto` is what holds without it.
///
/// @param directory absolute
record FileLocation(Path directory, ReadMode mode) {

    private static final String PARAMETER = "io=";

    static FileLocation of(URI uri) {
        // A relative path makes the URI opaque, and then the scheme-specific part holds both path and query.
        String rest = uri.isOpaque() ? uri.getRawSchemeSpecificPart() : uri.getRawPath();
        int mark = uri.isOpaque() ? rest.indexOf('?') : -1;
        String path = decoded(mark < 0 ? rest : rest.substring(0, mark));
        boolean local = uri.getAuthority() == null || uri.getAuthority().equals("localhost");
        if (!local || uri.getFragment() != null || path.isEmpty() || path.indexOf('\0') >= 0) {
            throw refused(uri, "write file:DIR, file:/DIR or file:///DIR, with '?' and '#' percent-encoded");
        }
        ReadMode mode = mode(uri, mark < 0 ? uri.getRawQuery() : rest.substring(mark + 1));
        return new FileLocation(Path.of(path).toAbsolutePath(), mode);
    }

    private static ReadMode mode(URI uri, @Nullable String query) {
        if (query == null) {
            return ReadMode.MEASURED;
        }
        String value = query.startsWith(PARAMETER) ? query.substring(PARAMETER.length()) : "";
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "auto" -> ReadMode.MEASURED;
            case "buffered" -> ReadMode.BUFFERED;
            case "direct" -> ReadMode.DIRECT;
            default ->
                throw refused(
                        uri,
                        "after '?' write io=auto, io=buffered or io=direct; percent-encode a '?' of the path as %3F");
        };
    }

    /// URLs of forms write a space as `+`, paths do not.
    private static String decoded(String raw) {
        return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static ConfigurationException refused(URI uri, String remedy) {
        return new ConfigurationException(
                FailureMessage.of("opening a store").with("uri", uri).remedy(remedy));
    }
}
