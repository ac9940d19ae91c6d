package dev.penstock.loader;

import dev.penstock.batch.Layout;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.memory.PageLocking;
import dev.penstock.memory.SlotArena;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.Remainder;
import dev.penstock.order.Shuffle;
import dev.penstock.plan.AssignerTimeline;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.StepRegrouping;
import dev.penstock.tier.CacheConfig;
import dev.penstock.tier.DiskTierConfig;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Everything that decides what a loader delivers, and with which resources.
///
/// The first group decides the data: two loaders that agree on it deliver the same global batches at every step. The
/// second group decides which part of each batch this process sees, the third only how fast.
///
/// @param seed of the order
/// @param epochs passes over the data; empty for an endless stream
/// @param steps steps after which the stream ends, counted from step 0 of the run; empty for no limit
/// @param batchSize samples in a global batch, over all ranks
/// @param shuffle how far samples are mixed
/// @param remainder what becomes of samples that do not fill a batch at the end of an epoch
/// @param ranks number of ranks that share each global batch
/// @param localRanks ranks this loader delivers, ascending
/// @param startStep first step delivered
/// @param regrouping which samples neighbouring steps trade; it decides the data, and unless it is
///     [StepRegrouping#NONE] the number of ranks does so too
/// @param assigners what divides the global batch of each step
/// @param layout how the samples of a micro-batch lie beside each other; the assigner goes by the same one
/// @param padValue what elements have that belong to no sample
/// @param cache what the loader's own cache may use; a loader that shares one takes no notice of it
/// @param fetch how the origin is read
/// @param slotBytes hard limit of the page-locked memory that batches are delivered in
/// @param pageLocking whether that memory must be locked
/// @param decodeThreads threads that copy samples into slots
public record LoaderConfig(
        long seed,
        OptionalLong epochs,
        OptionalLong steps,
        int batchSize,
        Shuffle shuffle,
        Remainder remainder,
        int ranks,
        List<Integer> localRanks,
        long startStep,
        StepRegrouping regrouping,
        AssignerTimeline assigners,
        Layout layout,
        long padValue,
        CacheConfig cache,
        FetchConfig fetch,
        long slotBytes,
        PageLocking pageLocking,
        int decodeThreads) {

    /// Far above any machine there is; a larger number is a slip of the finger that would allocate for minutes.
    private static final int MAX_RANKS = 1 << 16;

    /// A planner holds the lengths of a window, 64 MiB here; resuming reads as many from the index.
    private static final int MAX_WINDOW_SAMPLES = 1 << 24;

    private static final int MAX_DECODE_THREADS = 1 << 10;

    /// Fails with a [ConfigurationException] when a value cannot work.
    public LoaderConfig {
        localRanks = List.copyOf(localRanks);
        require(epochs.orElse(1) >= 1, "epochs", epochs.orElse(1), "at least 1");
        require(steps.orElse(1) >= 1, "steps", steps.orElse(1), "at least 1");
        require(
                batchSize >= 1 && batchSize <= MAX_WINDOW_SAMPLES,
                "batch",
                batchSize,
                "from 1 to " + MAX_WINDOW_SAMPLES);
        require(ranks >= 1 && ranks <= MAX_RANKS, "ranks", ranks, "from 1 to " + MAX_RANKS);
        require(startStep >= 0, "start", startStep, "at least 0");
        require(
                (long) regrouping.windowSteps() * batchSize <= MAX_WINDOW_SAMPLES,
                "balance",
                regrouping.windowSteps() + " steps of " + batchSize + " samples that trade them",
                MAX_WINDOW_SAMPLES + " samples at most in steps that trade them");
        require(slotBytes >= SlotArena.GRANULE_BYTES, "slots", slotBytes, "at least " + SlotArena.GRANULE_BYTES);
        require(
                decodeThreads >= 1 && decodeThreads <= MAX_DECODE_THREADS,
                "threads",
                decodeThreads,
                "from 1 to " + MAX_DECODE_THREADS);
        require(!localRanks.isEmpty(), "rank", localRanks, "at least one rank");
        int previous = -1;
        for (int rank : localRanks) {
            require(rank > previous && rank < ranks, "rank", localRanks, "ascending, from 0 to " + (ranks - 1));
            previous = rank;
        }
    }

    /// @param option the setting in the words of the command line and the YAML file
    private static void require(boolean holds, String option, Object value, String wanted) {
        if (!holds) {
            throw new ConfigurationException(FailureMessage.of("configuring the loader")
                    .with("option", option)
                    .with("value", value)
                    .with("wanted", wanted));
        }
    }

    /// Which positions make each step, over a dataset of so many samples; [#steps()] may cut the run short.
    public GlobalBatches batches(long sampleCount) {
        return new GlobalBatches(sampleCount, batchSize, epochs.orElse(GlobalBatches.UNBOUNDED), remainder);
    }

    /// First step that is not delivered; `Long.MAX_VALUE` for an endless run.
    public long stepCount(long sampleCount) {
        return Math.min(batches(sampleCount).stepCount(), steps.orElse(Long.MAX_VALUE));
    }

    /// Fails when a step with the longest sample of a dataset could not be assigned to ranks and micro-batches.
    public void requireFits(int longestLength) {
        assigners.at(startStep).get().requireFits(longestLength, ranks);
    }

    /// Starts from the defaults: endless, seed 0, full shuffle, carry, one rank, no regrouping, packed.
    ///
    /// @param assigner makes the function that divides every global batch; called when a loader opens and
    ///     once per stream
    public static Builder builder(Supplier<RankAssigner> assigner) {
        return new Builder(assigner);
    }

    /// Collects the settings; see the record for their meaning.
    public static final class Builder {

        private long seed;
        private OptionalLong epochs = OptionalLong.empty();
        private OptionalLong steps = OptionalLong.empty();
        private int batchSize = 64;
        private Shuffle shuffle = new Shuffle.Full();
        private Remainder remainder = Remainder.CARRY;
        private int ranks = 1;
        private Optional<List<Integer>> localRanks = Optional.empty();
        private long startStep;
        private StepRegrouping regrouping = StepRegrouping.NONE;
        private AssignerTimeline assigners;
        private Layout layout = new Layout.Packed();
        private long padValue;
        private int blockBytes = CacheConfig.DEFAULT_BLOCK_BYTES;
        private long ramBytes = CacheConfig.defaults().ramBytes();
        private Optional<DiskTierConfig> disk = Optional.empty();
        private FetchConfig fetch = FetchConfig.defaults();
        private long slotBytes = 64L << 20;
        private PageLocking pageLocking = PageLocking.BEST_EFFORT;
        private int decodeThreads = Runtime.getRuntime().availableProcessors();

        private Builder(Supplier<RankAssigner> assigner) {
            this.assigners = AssignerTimeline.always(assigner);
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder epochs(long value) {
            epochs = OptionalLong.of(value);
            return this;
        }

        public Builder steps(long value) {
            steps = OptionalLong.of(value);
            return this;
        }

        public Builder batchSize(int value) {
            batchSize = value;
            return this;
        }

        public Builder shuffle(Shuffle value) {
            shuffle = value;
            return this;
        }

        public Builder remainder(Remainder value) {
            remainder = value;
            return this;
        }

        /// Sets the number of ranks; the loader delivers all of them unless [#localRanks] says otherwise.
        public Builder ranks(int value) {
            ranks = value;
            return this;
        }

        public Builder localRanks(List<Integer> value) {
            localRanks = Optional.of(value);
            return this;
        }

        public Builder startStep(long value) {
            startStep = value;
            return this;
        }

        public Builder regrouping(StepRegrouping value) {
            regrouping = value;
            return this;
        }

        /// Replaces the one assigner of all steps.
        public Builder assigners(AssignerTimeline value) {
            assigners = value;
            return this;
        }

        public Builder layout(Layout value) {
            layout = value;
            return this;
        }

        public Builder padValue(long value) {
            padValue = value;
            return this;
        }

        public Builder blockBytes(int value) {
            blockBytes = value;
            return this;
        }

        public Builder ramBytes(long value) {
            ramBytes = value;
            return this;
        }

        public Builder disk(DiskTierConfig value) {
            disk = Optional.of(value);
            return this;
        }

        public Builder fetch(FetchConfig value) {
            fetch = value;
            return this;
        }

        public Builder slotBytes(long value) {
            slotBytes = value;
            return this;
        }

        public Builder pageLocking(PageLocking value) {
            pageLocking = value;
            return this;
        }

        public Builder decodeThreads(int value) {
            decodeThreads = value;
            return this;
        }

        public LoaderConfig build() {
            return new LoaderConfig(
                    seed,
                    epochs,
                    steps,
                    batchSize,
                    shuffle,
                    remainder,
                    ranks,
                    localRanks.orElseGet(() -> IntStream.range(0, Math.min(ranks, MAX_RANKS))
                            .boxed()
                            .toList()),
                    startStep,
                    regrouping,
                    assigners,
                    layout,
                    padValue,
                    new CacheConfig(blockBytes, ramBytes, disk),
                    fetch,
                    slotBytes,
                    pageLocking,
                    decodeThreads);
        }
    }
}
