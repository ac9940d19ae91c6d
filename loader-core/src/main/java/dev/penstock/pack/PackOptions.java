package dev.penstock.pack;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.IndexOptions;
import java.util.List;

/// How a source is packed.
///
/// @param shardBytes size at which the next sample begins a new shard; a larger sample has a shard of its own
/// @param suffixes endings of the names that are wanted; every name when empty
/// @param index how the shards are then indexed
public record PackOptions(long shardBytes, List<String> suffixes, IndexOptions index) {

    /// A handful of requests to an object store, and thousands of samples of a typical size.
    private static final long DEFAULT_SHARD_BYTES = 64L << 20;

    public PackOptions {
        suffixes = List.copyOf(suffixes);
        if (shardBytes < 1) {
            throw new ConfigurationException(FailureMessage.of("pack options")
                    .with("shardBytes", shardBytes)
                    .remedy("state a shard size of at least 1 byte"));
        }
    }

    public static PackOptions defaults() {
        return new PackOptions(DEFAULT_SHARD_BYTES, List.of(), IndexOptions.defaults());
    }

    public PackOptions withShardBytes(long bytes) {
        return new PackOptions(bytes, suffixes, index);
    }

    public PackOptions withSuffixes(String... endings) {
        return new PackOptions(shardBytes, List.of(endings), index);
    }

    public PackOptions withIndex(IndexOptions options) {
        return new PackOptions(shardBytes, suffixes, options);
    }

    boolean wants(String name) {
        return suffixes.isEmpty() || suffixes.stream().anyMatch(name::endsWith);
    }
}
