package dev.penstock.cli.option;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.format.TokenFormat;
import dev.penstock.index.IndexOptions;
import dev.penstock.index.Overlong;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options that decide how shards are cut into samples and measured.
public final class IndexingOptions {

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "Longest sample, in elements of its fields. Default: no limit.")
    private Optional<Integer> maxLength = Optional.empty();

    @Option(
            names = "--overlong",
            paramLabel = "split|truncate|drop|refuse",
            description = "What becomes of longer samples. Default: refuse.")
    private Optional<Overlong> overlong = Optional.empty();

    @Option(
            names = "--length-field",
            paramLabel = "NAME",
            description = "The field whose elements are a sample's length. Default: all fields together.")
    private Optional<String> lengthField = Optional.empty();

    @Option(
            names = "--tokens",
            paramLabel = "TYPE,CUT",
            description = "Read *.bin as raw tokens: uint16 or int32, then window=COUNT or eos=TOKEN, as in"
                    + " uint16,window=2048.")
    private Optional<TokenFormat> tokens = Optional.empty();

    /// Fails when a policy for over-long samples is stated without a length.
    public IndexOptions toIndexOptions() {
        IndexOptions defaults = IndexOptions.defaults();
        if (overlong.isPresent() && maxLength.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("index options")
                    .with("overlong", overlong.get())
                    .with("maxLength", "none")
                    .remedy("state --max-length as well"));
        }
        return new IndexOptions(
                maxLength.orElse(defaults.maxLength()), overlong.orElse(defaults.overlong()), lengthField, tokens);
    }
}
