package dev.penstock.cli.option;

import dev.penstock.fetch.FetchConfig;
import dev.penstock.fetch.Hedging;
import dev.penstock.tier.CacheConfig;
import dev.penstock.tier.DiskTierConfig;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options that say where blocks are kept and how they come from their origin.
///
/// The defaults are those of [CacheConfig] and [FetchConfig], but for the RAM tier.
public final class CacheOptions {

    @Option(names = "--ram", paramLabel = "SIZE", description = "Limit of the RAM tier. Default: ${DEFAULT-VALUE}.")
    private ByteSize ram = new ByteSize(512L << 20);

    @Option(names = "--disk", paramLabel = "DIR:SIZE", description = "A disk tier, and its limit. Default: none.")
    private Optional<DiskTierConfig> disk = Optional.empty();

    @Option(
            names = "--block",
            paramLabel = "SIZE",
            description = "Unit of reading and caching, a power of two. Default: ${DEFAULT-VALUE}.")
    private ByteSize block = new ByteSize(CacheConfig.DEFAULT_BLOCK_BYTES);

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "The most requests to the store in flight. Default: ${DEFAULT-VALUE}.")
    private int connections = FetchConfig.DEFAULT_MAX_CONNECTIONS;

    @Option(
            names = "--hedge",
            paramLabel = "off|SHARE",
            description = "Share of bytes that second requests beside late ones may waste. Default: ${DEFAULT-VALUE}.")
    private Hedging hedge = FetchConfig.defaults().hedging();

    public CacheConfig cache() {
        return new CacheConfig(block.toBlockBytes(), ram.bytes(), disk);
    }

    public FetchConfig fetch() {
        return FetchConfig.defaults().withMaxConnections(connections).withHedging(hedge);
    }
}
