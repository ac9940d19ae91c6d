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
            throw new ConfigurationException(
                    FailureMessage.of("location")
                            .with("value", text)
                            .with("found", malformed.getReason())
                            .remedy("percent-encode what a URI may not hold, or write a plain path"),
                    malformed);
        }
    }

    private static URI absolute(String relativeFile) throws URISyntaxException {
        int mark = relativeFile.indexOf('?');
        String query = mark < 0 ? "" : relativeFile.substring(mark);
        URI directory = new URI(relativeFile.substring(0, relativeFile.length() - query.length()));
        return URI.create(Path.of(directory.getSchemeSpecificPart()).toUri() + query);
    }
}
