package dev.penstock.bench.train;

import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.cli.train.LocalTraining;
import dev.penstock.cli.train.RunDaemon;
import dev.penstock.cli.train.TrainingReport;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;

/// Memory of a long run of a small model on two ranks that one loader serves, early and late.
///
/// The ranks have a small heap, resident from the start. One that may grow is used to its limit before anything is
/// collected: that is growth at the collector's discretion, which says nothing of what a step keeps and hides what it
/// keeps elsewhere. What it keeps on the heap is measured there.
///
/// @param ranks what each noted: early, then late
record SteadyMemory(List<List<MemoryNote>> ranks) {

    private static final int RANKS = 2;

    /// By then everything has been used, compiled, and checkpointed twice.
    private static final long EARLY_STEP = 1_000;

    private static final long LATE_STEP = EARLY_STEP + 2_000;

    /// Time for the last measurement.
    private static final long STEPS = LATE_STEP + 500;

    private static final int BATCH = 16;
    private static final int SLOT_BYTES = 4 << 20;

    /// Several times what is live.
    private static final String HEAP = "-Xms128m -Xmx128m -Xmn32m -XX:+AlwaysPreTouch";

    private static final int SAMPLES = 500;
    private static final int SAMPLE_BYTES = 64;
    private static final long SEED = 20_261_121;

    SteadyMemory {
        ranks = List.copyOf(ranks);
    }

    /// @param run directory, new
    static SteadyMemory measure(Path run) throws InterruptedException {
        Path shards = shards(run);
        List<String> arguments = List.of(
                run.toString(),
                EARLY_STEP + "," + LATE_STEP,
                "train",
                recipe(run).toString(),
                shards.toUri().toString(),
                "--run=" + run,
                "--ranks=" + RANKS,
                "--slots=" + SLOT_BYTES,
                "--checkpoint-every=500");
        try (BenchDataset dataset = BenchDataset.at(shards.toUri());
                RunDaemon loading = RunDaemon.open(host(dataset), dataset.index())) {
            Map<String, String> environment = new HashMap<>(loading.environment());
            environment.put("JDK_JAVA_OPTIONS", HEAP);
            TrainingReport _ = new LocalTraining(
                            MeteredRank.class.getName(), arguments, RANKS, environment, run, "nats per byte")
                    .run(quiet(), System.err);
        }
        List<List<MemoryNote>> notes = new ArrayList<>();
        for (int rank = 0; rank < RANKS; rank++) {
            notes.add(MemoryNote.read(run, rank, 2));
        }
        return new SteadyMemory(notes);
    }

    private static PrintStream quiet() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    private static LoaderConfig host(BenchDataset dataset) {
        return dataset.residentLoader()
                .batchSize(BATCH)
                .ranks(RANKS)
                .localRanks(List.of(0, 1))
                .slotBytes(SLOT_BYTES)
                .build();
    }

    private static Path recipe(Path run) {
        try {
            return Files.writeString(run.resolve("small.yaml"), """
                    recipe: byte-lm
                    layers: 1
                    width: 16
                    heads: 2
                    max-sample-bytes: %d
                    batch: %d
                    steps: %d
                    """.formatted(SAMPLE_BYTES, BATCH, STEPS));
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /// Packs short samples of random bytes, so that a step takes a few milliseconds.
    private static Path shards(Path run) {
        SplittableRandom random = new SplittableRandom(SEED);
        try {
            Path files = Files.createDirectories(run.resolve("small-files"));
            for (int sample = 0; sample < SAMPLES; sample++) {
                byte[] bytes = new byte[random.nextInt(SAMPLE_BYTES / 2, SAMPLE_BYTES)];
                random.nextBytes(bytes);
                Files.write(files.resolve(sample + ".bin"), bytes);
            }
            Path shards = Files.createDirectories(run.resolve("small-shards"));
            try (ObjectStore store = ObjectStores.open(shards.toUri())) {
                new DatasetPacker(store, PackOptions.defaults()).pack(files, _ -> {});
            }
            return shards;
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    double residentGrowthPerStep() {
        return growth(MemoryNote::residentBytes);
    }

    double heapGrowthPerStep() {
        return growth(MemoryNote::heapBytes);
    }

    /// Of the rank that has most.
    long lateResidentBytes() {
        return ranks.stream()
                .mapToLong(notes -> notes.getLast().residentBytes())
                .max()
                .orElseThrow();
    }

    long earlyResidentBytes() {
        return ranks.stream()
                .mapToLong(notes -> notes.getFirst().residentBytes())
                .max()
                .orElseThrow();
    }

    /// Bytes per step, of the rank that grew most.
    private double growth(ToLongFunction<MemoryNote> memory) {
        return ranks.stream()
                .mapToDouble(notes -> (memory.applyAsLong(notes.getLast()) - memory.applyAsLong(notes.getFirst()))
                        / (double) (notes.getLast().step() - notes.getFirst().step()))
                .max()
                .orElseThrow();
    }
}
