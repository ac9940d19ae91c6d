package dev.penstock.index;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.format.TokenFormat;
import java.util.Optional;

/// How shards are cut into samples and measured.
///
/// @param maxLength longest allowed cost length, in elements; `Integer.MAX_VALUE` for none
/// @param overlong what becomes of longer samples
/// @param lengthField the field whose elements are a sample's cost; all fields together when empty
/// @param tokens how `*.bin` objects are read; they are not shards when empty
public record IndexOptions(
        int maxLength, Overlong overlong, Optional<String> lengthField, Optional<TokenFormat> tokens) {

    static final int NO_MAXIMUM = Integer.MAX_VALUE;

    public IndexOptions {
        if (maxLength < 1) {
            throw new ConfigurationException(FailureMessage.of("index options")
                    .with("maxLength", maxLength)
                    .remedy("state a maximum of at least 1 element"));
        }
        if (lengthField.filter(String::isBlank).isPresent()) {
            throw new ConfigurationException(FailureMessage.of("index options")
                    .with("lengthField", "'" + lengthField.get() + "'")
                    .remedy("name a field of the dataset"));
        }
    }

    /// Tar shards only, every sample kept as it is, cost over all fields.
    public static IndexOptions defaults() {
        return new IndexOptions(NO_MAXIMUM, Overlong.REFUSE, Optional.empty(), Optional.empty());
    }

    public IndexOptions withMaxLength(int elements, Overlong policy) {
        return new IndexOptions(elements, policy, lengthField, tokens);
    }

    public IndexOptions withLengthField(String field) {
        return new IndexOptions(maxLength, overlong, Optional.of(field), tokens);
    }

    public IndexOptions withTokens(TokenFormat format) {
        return new IndexOptions(maxLength, overlong, lengthField, Optional.of(format));
    }

    boolean cuts() {
        return maxLength != NO_MAXIMUM && (overlong == Overlong.SPLIT || overlong == Overlong.TRUNCATE);
    }

    /// One line that only equal options share; kept in every index file, so that a resumed run knows its own.
    String toText() {
        return "maxLength=" + maxLength + " overlong=" + overlong + " lengthField=" + lengthField.orElse("")
                + " tokens=" + tokens.map(TokenFormat::toString).orElse("");
    }
}
