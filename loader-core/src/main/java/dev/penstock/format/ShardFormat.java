package dev.penstock.format;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The format of a shard, told by the suffix of its key.
public enum ShardFormat {
    /// WebDataset, `*.tar`.
    TAR,
    /// A raw token stream, `*.bin` where a [TokenFormat] is given.
    TOKENS;

    private static final List<String> COMPRESSED_SUFFIXES =
            List.of(".tar.gz", ".tgz", ".tar.zst", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.lz4");

    /// Empty for an object that is no shard.
    ///
    /// @throws ConfigurationException for a compressed tar, whose samples cannot be read by range
    public static Optional<ShardFormat> of(String key, Optional<TokenFormat> tokens) {
        String name = key.toLowerCase(Locale.ROOT);
        if (COMPRESSED_SUFFIXES.stream().anyMatch(name::endsWith)) {
            throw new ConfigurationException(FailureMessage.of("shard format")
                    .with("shard", key)
                    .with("expected", "an uncompressed .tar")
                    .with("found", "a compressed one")
                    .remedy("decompress it: samples are read by range, which compression of the whole tar prevents"));
        }
        if (name.endsWith(".tar")) {
            return Optional.of(TAR);
        }
        return name.endsWith(".bin") && tokens.isPresent() ? Optional.of(TOKENS) : Optional.empty();
    }
}
