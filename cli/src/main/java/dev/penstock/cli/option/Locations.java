package dev.penstock.cli.option;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Where data is, as people write it: a URI, or a path of this host.
public final class Locations {

    private static final String FILE = "file";
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);

    /// What a URI of another host begins with, however few slashes a path of this host would leave of it.
    private static final Pattern ELSEWHERE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*", Pattern.DOTALL);

    /// User and password, also where a path has folded the slashes before them.
    private static final Pattern USER = Pattern.compile("(//|:/+|/(?=[^/?#\\s@]*:))[^/?#\\s]*@");

    /// A quote, comma or semicolon belongs to a query unless it ends a word; a path holds its question mark encoded.
    private static final Pattern WEB_QUERY_WITHIN = Pattern.compile(
            "(https?:[^?\\s']*?)(?:\\?|%3F)(?:[^\\s',;]|[',;](?![\\s',;]|$))*", Pattern.CASE_INSENSITIVE);

    private static final Pattern WEB_QUERY =
            Pattern.compile("^(https?:[^?]*)\\?.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private Locations() {}

    /// A text with a scheme is a URI, any other a path; `file:DIR` is relative to the working directory, and what
    /// follows it after `?` stays.
    static URI uri(String text) {
        if (text.isBlank()) {
            throw new ConfigurationException(FailureMessage.of("location")
                    .with("value", "'" + text + "'")
                    .remedy("write a URI, such as file:/data/shards, or a path"));
        }
        if (!SCHEME.matcher(text).matches()) {
            return Path.of(text).toUri();
        }
        try {
            URI uri = new URI(text);
            boolean relativeFile = uri.isOpaque() && uri.getScheme().equalsIgnoreCase(FILE);
            return relativeFile ? absolute(text) : uri;
        } catch (URISyntaxException malformed) {
            // Its exception would repeat the text, secrets included.
            throw new ConfigurationException(FailureMessage.of("location")
                    .with("value", shown(text))
                    .with("found", malformed.getReason())
                    .remedy("percent-encode what a URI may not hold, or write a plain path"));
        }
    }

    /// A path of this host, or a `file:` URI of one; refuses a URI of any other scheme, which would name a directory
    /// that nobody has.
    static Path path(String text) {
        if (isFile(text)) {
            return ofThisHost(uri(text), text);
        }
        if (ELSEWHERE.matcher(text).matches()) {
            throw notOfThisHost(text);
        }
        return Path.of(text);
    }

    private static boolean isFile(String text) {
        return text.regionMatches(true, 0, FILE + ":", 0, FILE.length() + 1);
    }

    private static Path ofThisHost(URI uri, String text) {
        try {
            return Path.of(uri);
        } catch (IllegalArgumentException refused) {
            // Its exception does not say which location it is about.
            throw notOfThisHost(text);
        }
    }

    private static ConfigurationException notOfThisHost(String text) {
        return new ConfigurationException(FailureMessage.of("path option")
                .with("value", shown(text))
                .remedy("name a file or directory of this host, as a path or as file:PATH"));
    }

    /// A location as it may be shown: without user and password, and without the query of a web URL, which is often a
    /// token.
    public static String shown(URI location) {
        return shown(location.toString());
    }

    static String shown(String text) {
        String anonymous = withoutUsers(text);
        return WEB_QUERY.matcher(anonymous).replaceFirst("$1?…");
    }

    /// A text in which locations may stand, with each as it may be shown.
    public static String withoutSecrets(String text) {
        return WEB_QUERY_WITHIN.matcher(withoutUsers(text)).replaceAll("$1?…");
    }

    private static String withoutUsers(String text) {
        return USER.matcher(text).replaceAll("$1…@");
    }

    private static URI absolute(String relativeFile) throws URISyntaxException {
        int mark = relativeFile.indexOf('?');
        String query = mark < 0 ? "" : relativeFile.substring(mark);
        URI directory = new URI(relativeFile.substring(0, relativeFile.length() - query.length()));
        return URI.create(Path.of(directory.getSchemeSpecificPart()).toUri() + query);
    }
}
