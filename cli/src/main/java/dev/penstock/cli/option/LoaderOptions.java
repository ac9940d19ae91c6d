package dev.penstock.cli.option;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.MicroBatchCounts;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Layout;
import dev.penstock.cli.report.Result;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Remainder;
import dev.penstock.order.Shuffle;
import dev.penstock.tier.BlockCache;
import dev.penstock.tier.CacheConfig;
import dev.penstock.tier.DiskTierConfig;
import dev.penstock.trainer.world.World;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that decide what a loader delivers and with which resources; a YAML file may say the same.
///
/// The defaults of resources are those of [LoaderConfig]. Where a command has its own default for something optional
/// here, it is stated there.
public final class LoaderOptions {

    @Option(
            names = ConfigFile.OPTION,
            paramLabel = "FILE.yaml",
            description = "Read options from a file, by their names without dashes; the command line wins.")
    @SuppressWarnings("UnusedVariable") // ConfigFile reads it before these options exist
    private Optional<Path> config = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data.")
    private Optional<Long> epochs = Optional.empty();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of the whole run, 0 to N-1; with --start S, steps S to N-1 are delivered.")
    private Optional<Long> steps = Optional.empty();

    @Option(names = "--start", paramLabel = "STEP", description = "First step delivered. Default: ${DEFAULT-VALUE}.")
    private long start;

    @Option(
            names = "--ranks",
            paramLabel = "N",
            description = "Ranks that share each global batch. Default: ${DEFAULT-VALUE}.")
    private int ranks = 1;

    @Option(names = "--rank", paramLabel = "R", description = "Only this rank, counted from 0. Default: all.")
    private Optional<Integer> rank = Optional.empty();

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a global batch, over all ranks.")
    private Optional<Integer> batch = Optional.empty();

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Longest micro-batch, in cost units, padding included. Default: no limit.")
    private Optional<Long> maxTokens = Optional.empty();

    @Option(
            names = "--layout",
            paramLabel = "packed|padded|fixed=N[,refuse]|bucket=B1,B2,...",
            description = "How samples lie in a micro-batch: end to end; in rows as long as the longest; in rows of N"
                    + " that samples share, a longer one split or refused; in rows as long as the shortest bucket that"
                    + " fits. Default: ${DEFAULT-VALUE}.")
    private Layout layout = new Layout.Packed();

    @Option(
            names = "--pad-value",
            paramLabel = "N",
            description = "What elements have that belong to no sample. Default: ${DEFAULT-VALUE}.")
    private long padValue;

    @Option(
            names = "--micro-batches",
            paramLabel = "free|equal",
            description = "Whether all ranks have equally many micro-batches in a step; equal appends empty ones, for"
                    + " trainers that meet in every micro-batch. Default: free.")
    private MicroBatchCounts microBatchCounts = MicroBatchCounts.FREE;

    @Option(
            names = "--shuffle",
            paramLabel = "none|full|k=N",
            description = "How far samples are mixed; k=N mixes the samples of N shards at a time. Default: full.")
    private Optional<Shuffle> shuffle = Optional.empty();

    @Option(
            names = "--balance",
            paramLabel = "off|exact|delay=N",
            description = "How samples are divided among ranks; delay=N also gathers over-long ones within N steps,"
                    + " and then what a step holds depends on --ranks. Default: ${DEFAULT-VALUE}.")
    private Balance balance = new Balance.Exact();

    @Option(
            names = "--remainder",
            paramLabel = "drop|short|carry",
            description =
                    "What becomes of samples that do not fill a batch at the end of an epoch. Default: ${DEFAULT-VALUE}.")
    private Remainder remainder = Remainder.CARRY;

    @Option(
            names = "--cost",
            paramLabel = "tokens|attention|ALPHA,BETA,GAMMA|FILE",
            description = "What balancing takes a sample of length L to cost: ALPHA·L + BETA·L² + GAMMA; FILE is YAML"
                    + " with alpha, beta and gamma, or with layers, hidden, vocabulary and scores. Default:"
                    + " ${DEFAULT-VALUE}.")
    private CostUnit cost = new CostUnit.Tokens();

    @Mixin
    private final CacheOptions caching = new CacheOptions();

    @Option(
            names = "--slots",
            paramLabel = "SIZE",
            description = "Page-locked memory that batches are delivered in. Default: ${DEFAULT-VALUE}.")
    private ByteSize slots = new ByteSize(64L << 20);

    @Option(
            names = "--lock",
            paramLabel = "off|best-effort|required",
            description = "Whether slots must be locked in memory. Default: best-effort.")
    private PageLocking lock = PageLocking.BEST_EFFORT;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that copy samples into slots. Default: one per core.")
    private int threads = Runtime.getRuntime().availableProcessors();

    public Optional<Long> epochs() {
        return epochs;
    }

    public Optional<Long> steps() {
        return steps;
    }

    public Optional<Integer> rank() {
        return rank;
    }

    public int ranks() {
        return ranks;
    }

    public Optional<Integer> batch() {
        return batch;
    }

    public Optional<Shuffle> shuffle() {
        return shuffle;
    }

    public Balance balance() {
        return balance;
    }

    /// What balancing takes a sample to cost.
    ///
    /// @param attention what `--cost attention` stands for
    public CostModel costModel(CostModel attention) {
        return cost.model(attention);
    }

    public MicroBatchPolicy microBatches() {
        return new MicroBatchPolicy(maxTokens.orElse(Long.MAX_VALUE), microBatchCounts, layout);
    }

    /// Every setting of these options; the builder's defaults stand where an option was not given.
    ///
    /// @param attention what `--cost attention` stands for
    public LoaderConfig.Builder toLoaderConfig(CostModel attention) {
        CostModel costModel = costModel(attention);
        MicroBatchPolicy policy = microBatches();
        CacheConfig cache = caching.cache();
        LoaderConfig.Builder builder = LoaderConfig.builder(() -> balance.assigner(costModel, policy))
                .seed(seed)
                .startStep(start)
                .ranks(ranks)
                .regrouping(balance.regrouping(costModel))
                .remainder(remainder)
                .layout(policy.layout())
                .padValue(padValue)
                .ramBytes(cache.ramBytes())
                .fetch(caching.fetch())
                .slotBytes(slots.bytes())
                .blockBytes(cache.blockBytes())
                .pageLocking(lock)
                .decodeThreads(threads);
        epochs.ifPresent(builder::epochs);
        steps.ifPresent(builder::steps);
        rank.map(List::of).ifPresent(builder::localRanks);
        batch.ifPresent(builder::batchSize);
        shuffle.ifPresent(builder::shuffle);
        cache.disk().ifPresent(builder::disk);
        return builder;
    }

    /// The same for one process of a run that has a loader per rank: memory, disk, connections and threads of these
    /// options are the host's, and each of its ranks gets an equal part; a disk tier is used by one process at a time,
    /// so each has a directory of its own below the stated one.
    ///
    /// @param localRanks ranks on this host
    public LoaderConfig.Builder toLoaderConfig(CostModel attention, World world, int localRanks) {
        CacheConfig cache = caching.cache();
        FetchConfig fetch = caching.fetch();
        LoaderConfig.Builder builder = toLoaderConfig(attention)
                .ranks(world.worldSize())
                .localRanks(List.of(world.rank()))
                .ramBytes(cache.ramBytes() / localRanks)
                .fetch(fetch.withMaxConnections(
                        Math.max(FetchConfig.FEWEST_CONNECTIONS, fetch.maxConnections() / localRanks)))
                .slotBytes(slots.bytes() / localRanks)
                .decodeThreads(Math.max(1, threads / localRanks));
        cache.disk()
                .map(tier ->
                        new DiskTierConfig(rankDirectory(tier, world.localRank()), tier.budgetBytes() / localRanks))
                .ifPresent(builder::disk);
        return builder;
    }

    /// Deletes the disk tiers that runs with another number of rank processes left below the stated directory: the
    /// budget is the host's, over all of them.
    ///
    /// @param rankTiers rank processes of this host that have a tier of their own; 0 for one process with one tier
    public void discardOtherTiers(int rankTiers) {
        caching.cache().disk().ifPresent(tier -> {
            if (rankTiers > 0) {
                BlockCache.discard(tier.directory());
            }
            for (int rank = rankTiers; Files.isDirectory(rankDirectory(tier, rank)); rank++) {
                BlockCache.discard(rankDirectory(tier, rank));
            }
        });
    }

    private static Path rankDirectory(DiskTierConfig tier, int localRank) {
        return tier.directory().resolve("rank-" + localRank);
    }

    /// Adds what decides the data and the speed to a result, as it was in effect.
    public void describe(LoaderConfig effective, Result result) {
        result.param("seed", effective.seed());
        effective.epochs().ifPresent(count -> result.param("epochs", count));
        effective.steps().ifPresent(count -> result.param("steps", count));
        result.param("start", effective.startStep())
                .param("ranks", effective.ranks())
                .param("batch", effective.batchSize())
                .param("shuffle", effective.shuffle())
                .param("remainder", effective.remainder())
                .param("balance", balance)
                .param("cost", cost)
                .param("layout", effective.layout())
                .param("padValue", effective.padValue())
                .param("microBatches", microBatchCounts)
                .param("ram", effective.cache().ramBytes())
                .param("slots", effective.slotBytes())
                .param("connections", effective.fetch().maxConnections())
                .param("hedge", effective.fetch().hedging())
                .param("block", effective.cache().blockBytes())
                .param("threads", effective.decodeThreads());
        maxTokens.ifPresent(count -> result.param("maxTokens", count));
        effective.cache().disk().ifPresent(tier -> result.param("disk", tier.budgetBytes()));
    }
}
