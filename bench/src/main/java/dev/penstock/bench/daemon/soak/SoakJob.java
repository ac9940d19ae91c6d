package dev.penstock.bench.daemon.soak;

import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.cli.option.AttachOptions;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// One client's part of a soak: what it reads, over and over, and how fast.
///
/// Of every four jobs two read one plan, and so share a stream of the daemon; the other two are the ranks of one run.
///
/// @param number from 0
record SoakJob(int number, String name, TreeMap<String, String> options, Duration pace) {

    private static final int BATCH = 64;
    private static final int EPOCHS = 2;

    /// A fast, a middling and a slow client, so that clients of one stream do not stay together.
    private static final int PACES = 3;

    private static final long PACE_MICROS = 1500;

    static List<SoakJob> all(int jobs, long seed) {
        List<SoakJob> all = new ArrayList<>();
        for (int number = 0; number < jobs; number++) {
            boolean sharing = number % 4 < 2;
            TreeMap<String, String> options = new TreeMap<>();
            options.put("batch", Integer.toString(BATCH));
            options.put("epochs", Integer.toString(EPOCHS));
            options.put("seed", Long.toString(seed + number / 2));
            options.put("threads", "1");
            if (!sharing) {
                options.put("ranks", "2");
                options.put("rank", Integer.toString(number % 2));
            }
            String name = sharing ? "trial-" + number : "run-" + number / 2;
            all.add(new SoakJob(number, name, options, Duration.ofNanos(1000 * PACE_MICROS * (number % PACES))));
        }
        return all;
    }

    /// The digest of each step, from a loader in this process.
    int[] expected(URI location) {
        StepDigest digest = new StepDigest();
        List<Integer> steps = new ArrayList<>();
        try (BenchDataset dataset = BenchDataset.at(location);
                Loader loader = Loader.open(
                        dataset.index(),
                        dataset.store(),
                        AttachOptions.parse(options)
                                .ramBytes(dataset.residentBytes())
                                .build());
                BatchIterator batches = loader.iterator()) {
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    steps.add(digest.of(batch));
                }
            }
        }
        return steps.stream().mapToInt(Integer::intValue).toArray();
    }
}
