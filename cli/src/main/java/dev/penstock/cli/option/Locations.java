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

    private static final Pattern USER = Pattern.compile("//[^/?#\\s]*@");
    private static final Pattern WEB_QUERY_WITHIN =
            Pattern.compile("(https?:[^?\\s']*)\\?[^\\s',;]*", Pattern.CASE_INSENSITIVE);
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

    /// A location as it may be shown: without user and password, and without the query of a web URL, which is often a
    /// token.
    public static String shown(URI location) {
        return shown(location.toString());
    }

    private static String shown(String text) {
        String anonymous = USER.matcher(text).replaceFirst("//…@");
        return WEB_QUERY.matcher(anonymous).replaceFirst("$1?…");
    }

    /// A text in which locations may stand, with each as it may be shown.
    public static String withoutSecrets(String text) {
        return WEB_QUERY_WITHIN.matcher(USER.matcher(text).replaceAll("//…@")).replaceAll("$1?…");
    }

    private static URI absolute(String relativeFile) throws URISyntaxException {
        int mark = relativeFile.indexOf('?');
        String query = mark < 0 ? "" : relativeFile.substring(mark);
        URI directory = new URI(relativeFile.substring(0, relativeFile.length() - query.length()));
        return URI.create(Path.of(directory.getSchemeSpecificPart()).toUri() + query);
    }
}
