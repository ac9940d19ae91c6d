package dev.penstock.cli.plan;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.tier.DiskTierConfig;
import java.util.List;

/// How much of the data each tier can hold, and what that means for the epochs after the first.
///
/// One job that reads everything once per epoch cannot do better than the part of the data that a tier holds, under
/// any policy; eviction by next use reaches that.
///
/// @param dataBytes of all shards
/// @param blocks that they are cut into
/// @param ramBytes the RAM tier can hold in whole blocks
/// @param diskBytes the disk tier can hold, likewise; 0 without one
public record CacheForecast(long dataBytes, long blocks, long ramBytes, long diskBytes) {

    public static CacheForecast of(DatasetIndex index, LoaderConfig config) {
        long bytes = 0;
        long blocks = 0;
        for (int s = 0; s < index.shardCount(); s++) {
            long shardBytes = index.shard(s).object().sizeBytes();
            bytes += shardBytes;
            blocks += Math.ceilDiv(shardBytes, config.cache().blockBytes());
        }
        long disk = config.cache().disk().map(DiskTierConfig::budgetBytes).orElse(0L);
        return new CacheForecast(
                bytes, blocks, wholeBlocks(config.cache().ramBytes(), config), wholeBlocks(disk, config));
    }

    private static long wholeBlocks(long bytes, LoaderConfig config) {
        return bytes / config.cache().blockBytes() * config.cache().blockBytes();
    }

    /// Share of blocks found in RAM from the second epoch on.
    double ramShare() {
        return share(ramBytes);
    }

    /// Share of blocks found in RAM or on disk from the second epoch on.
    double cachedShare() {
        return Math.max(ramShare(), share(diskBytes));
    }

    private double share(long heldBytes) {
        return dataBytes == 0 ? 1 : Math.min(1, (double) heldBytes / dataBytes);
    }

    public List<String> lines() {
        return List.of(
                Amounts.format("data: %s in %s blocks", Amounts.bytes(dataBytes), Amounts.count(blocks)),
                Amounts.format(
                        "cache: RAM holds %s of it, disk %s; from the second epoch on at best %s from RAM, %s from disk,"
                                + " %s from the origin",
                        Amounts.share(share(ramBytes)),
                        Amounts.share(share(diskBytes)),
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
