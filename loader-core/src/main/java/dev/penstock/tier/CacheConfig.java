package dev.penstock.tier;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Optional;

/// What a cache may use.
///
/// @param blockBytes unit of reading and caching, for every dataset; a power of two. Blocks smaller than a chunk of the
///     index (64 KiB) are verified sample by sample when they are decoded, and not when they arrive
/// @param ramBytes hard limit of the RAM tier
/// @param disk the disk tier; empty for none
public record CacheConfig(int blockBytes, long ramBytes, Optional<DiskTierConfig> disk) {

    /// Object stores deliver 8 to 16 MiB ranges at full rate; smaller blocks waste less on sparse reads.
    public static final int DEFAULT_BLOCK_BYTES = 8 << 20;

    /// A page: what direct reads and a slab are aligned to.
    private static final int SMALLEST_BLOCK_BYTES = 4096;

    /// Fails with a [ConfigurationException] when a value cannot work.
    public CacheConfig {
        require(
                blockBytes >= SMALLEST_BLOCK_BYTES && Integer.bitCount(blockBytes) == 1,
                "block",
                blockBytes,
                "a power of two ≥ " + SMALLEST_BLOCK_BYTES);
        require(ramBytes >= blockBytes, "ram", ramBytes, "at least one block of " + blockBytes);
    }

    /// A cache in RAM alone, of 8 MiB blocks and 512 MiB.
    public static CacheConfig defaults() {
        return new CacheConfig(DEFAULT_BLOCK_BYTES, 512L << 20, Optional.empty());
    }

    public CacheConfig withBlockBytes(int value) {
        return new CacheConfig(value, ramBytes, disk);
    }

    public CacheConfig withRamBytes(long value) {
        return new CacheConfig(blockBytes, value, disk);
    }

    public CacheConfig withDisk(DiskTierConfig value) {
        return new CacheConfig(blockBytes, ramBytes, Optional.of(value));
    }

    /// The same for one dataset alone: more frames than it has blocks would only lie idle.
    public CacheConfig forData(BlockMap map) {
        long blocks = Math.max(RamTier.FEWEST_FRAMES, map.blockCount());
        return new CacheConfig(blockBytes, Math.min(ramBytes, blocks * blockBytes), disk);
    }

    /// @param option the setting in the words of the command line and the YAML file
    private static void require(boolean holds, String option, Object value, String wanted) {
        if (!holds) {
            throw new ConfigurationException(FailureMessage.of("configuring the cache")
                    .with("option", option)
                    .with("value", value)
                    .with("wanted", wanted));
        }
    }
}
