package dev.penstock.cli.plan;

import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.tier.CacheConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// How much of the data each tier can hold, and what that means for the epochs after the first.
///
/// One job that reads everything once per epoch cannot do better than the part of the data that a tier holds, under
/// any policy; eviction by next use reaches that. A block takes a whole frame, however short it is: where many are, as
/// in shards smaller than a block, the forecast says what smaller blocks would gain.
///
/// @param dataBytes of all shards
/// @param blocks that they are cut into
/// @param blockBytes size of a frame
/// @param snugBlockBytes the largest size of blocks that leaves little of the frames empty
/// @param ramBlocks the RAM tier can hold
/// @param diskBlocks the disk tier can hold; 0 without one
public record CacheForecast(
        long dataBytes, long blocks, int blockBytes, int snugBlockBytes, long ramBlocks, long diskBlocks) {

    /// More than that of the frames may not be empty where blocks are called snug.
    private static final double MOST_EMPTY = 0.125;

    /// A request for less costs more in its latency than in its bytes.
    private static final int SMALLEST_SNUG_BYTES = 256 << 10;

    public static CacheForecast of(DatasetIndex index, LoaderConfig config) {
        long[] shardBytes = IntStream.range(0, index.shardCount())
                .mapToLong(s -> index.shard(s).object().sizeBytes())
                .toArray();
        return of(shardBytes, config.cache());
    }

    static CacheForecast of(long[] shardBytes, CacheConfig cache) {
        int blockBytes = cache.blockBytes();
        int snug = blockBytes;
        while (snug > SMALLEST_SNUG_BYTES && emptyShare(shardBytes, snug) > MOST_EMPTY) {
            snug /= 2;
        }
        long disk = cache.disk().map(tier -> tier.blocks(blockBytes)).orElse(0L);
        return new CacheForecast(
                Arrays.stream(shardBytes).sum(),
                blocks(shardBytes, blockBytes),
                blockBytes,
                snug,
                cache.ramBytes() / blockBytes,
                disk);
    }

    private static long blocks(long[] shardBytes, int blockBytes) {
        return Arrays.stream(shardBytes)
                .map(bytes -> Math.ceilDiv(bytes, blockBytes))
                .sum();
    }

    private static double emptyShare(long[] shardBytes, int blockBytes) {
        return emptyShare(Arrays.stream(shardBytes).sum(), blocks(shardBytes, blockBytes), blockBytes);
    }

    private static double emptyShare(long dataBytes, long blocks, int blockBytes) {
        return blocks == 0 ? 0 : 1 - (double) dataBytes / blocks / blockBytes;
    }

    /// Share of the frames that stays empty because blocks at the end of a shard are short.
    double emptyShare() {
        return emptyShare(dataBytes, blocks, blockBytes);
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
        List<String> lines = new ArrayList<>(List.of(
                Amounts.format("data: %s in %s blocks", Amounts.bytes(dataBytes), Amounts.count(blocks)),
                Amounts.format(
                        "cache: RAM holds %s of it, disk %s; from the second epoch on at best %s from RAM, %s from disk,"
                                + " %s from the origin",
                        Amounts.share(share(ramBlocks)),
                        Amounts.share(share(diskBlocks)),
                        Amounts.share(ramShare()),
                        Amounts.share(cachedShare() - ramShare()),
                        Amounts.share(1 - cachedShare()))));
        if (snugBlockBytes < blockBytes && cachedShare() < 1) {
            lines.add(Amounts.format(
                    "cache: %s of it stays empty, as blocks of %,d KiB are larger than the rests of shards;"
                            + " --block %dK holds more, for more requests",
                    Amounts.share(emptyShare()), blockBytes >> 10, snugBlockBytes >> 10));
        }
        return lines;
    }

    public List<Row> rows() {
        return List.of(
                Row.of("data_bytes", dataBytes, "B", Better.LOWER),
                Row.of("blocks", blocks, "blocks", Better.LOWER),
                Row.of("empty_frame_share", emptyShare(), "1", Better.LOWER),
                Row.of("expected_ram_share", ramShare(), "1", Better.HIGHER),
                Row.of("expected_disk_share", cachedShare() - ramShare(), "1", Better.HIGHER),
                Row.of("expected_origin_share", 1 - cachedShare(), "1", Better.LOWER));
    }
}
