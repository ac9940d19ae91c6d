package dev.penstock.cli.plan;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.tier.CacheConfig;
import java.util.List;

/// How much of the data each tier can hold, and what that means for the epochs after the first.
///
/// One job that reads everything once per epoch cannot do better than the part of the data that a tier holds, under
/// any policy; eviction by next use reaches that. A block takes a whole frame, however short it is: shards that are
/// smaller than a block waste the rest.
///
/// @param dataBytes of all shards
/// @param blocks that they are cut into
/// @param ramBlocks the RAM tier can hold
/// @param diskBlocks the disk tier can hold; 0 without one
public record CacheForecast(long dataBytes, long blocks, long ramBlocks, long diskBlocks) {

    public static CacheForecast of(DatasetIndex index, LoaderConfig config) {
        long bytes = 0;
        long blocks = 0;
        for (int s = 0; s < index.shardCount(); s++) {
            long shardBytes = index.shard(s).object().sizeBytes();
            bytes += shardBytes;
            blocks += Math.ceilDiv(shardBytes, config.cache().blockBytes());
        }
        CacheConfig cache = config.cache();
        long disk = cache.disk().map(tier -> tier.blocks(cache.blockBytes())).orElse(0L);
        return new CacheForecast(bytes, blocks, cache.ramBytes() / cache.blockBytes(), disk);
    }

    /// Share of blocks found in RAM from the second epoch on.
    double ramShare() {
        return share(ramBlocks);
    }

    /// Share of blocks found in RAM or on disk from the second epoch on.
    double cachedShare() {
        return Math.max(ramShare(), share(diskBlocks));
    }

    private double share(long heldBlocks) {
        return blocks == 0 ? 1 : Math.min(1, (double) heldBlocks / blocks);
    }

    public List<String> lines() {
        return List.of(
                Amounts.format("data: %s in %s blocks", Amounts.bytes(dataBytes), Amounts.count(blocks)),
                Amounts.format(
                        "cache: RAM holds %s of it, disk %s; from the second epoch on at best %s from RAM, %s from disk,"
                                + " %s from the origin",
                        Amounts.share(share(ramBlocks)),
                        Amounts.share(share(diskBlocks)),
                        Amounts.share(ramShare()),
                        Amounts.share(cachedShare() - ramShare()),
                        Amounts.share(1 - cachedShare())));
    }

    public List<Row> rows() {
        return List.of(
                Row.of("data_bytes", dataBytes, "B", Better.LOWER),
                Row.of("blocks", blocks, "blocks", Better.LOWER),
                Row.of("expected_ram_share", ramShare(), "1", Better.HIGHER),
                Row.of("expected_disk_share", cachedShare() - ramShare(), "1", Better.HIGHER),
                Row.of("expected_origin_share", 1 - cachedShare(), "1", Better.LOWER));
    }
}
