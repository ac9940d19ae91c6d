package dev.penstock.trainer.record;

import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.plan.StepSamples;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Which samples the first steps of a run hold, in one number: two runs with the same digest over the same dataset
/// train on the same global batches, as far as the digest goes.
///
/// ```
/// SHA-256 of  for each step from 0: i64 number of samples, i64 sample …        little-endian
/// ```
///
/// How a step is divided among ranks is not part of it: it changes no gradient but by rounding. Where steps trade
/// samples (a delay), what a step holds depends on the number of ranks, and so does the digest.
///
/// @param sha256 hexadecimal
/// @param steps that it covers, from step 0 on
public record PlanDigest(String sha256, long steps) {

    /// Enough to tell two orders apart, whatever the batch; hashed in milliseconds.
    private static final long MOST_STEPS = 64;

    /// The digest of a run's first steps, wherever the run starts.
    public static PlanDigest of(DatasetIndex index, LoaderConfig config, long stepCount) {
        SampleOrder order = new SampleOrder(index.firstSamples(), config.shuffle(), config.seed());
        GlobalBatches batches = new GlobalBatches(
                order.sampleCount(),
                config.batchSize(),
                config.epochs().orElse(GlobalBatches.UNBOUNDED),
                config.remainder());
        StepSamples samples = new StepSamples(order, batches, config.regrouping(), config.ranks(), index::length);
        long steps = Math.min(MOST_STEPS, stepCount);
        MessageDigest digest = newDigest();
        for (long step = 0; step < steps; step++) {
            samples.load(step);
            ByteBuffer numbers =
                    ByteBuffer.allocate((1 + samples.count()) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            numbers.putLong(samples.count());
            for (int item = 0; item < samples.count(); item++) {
                numbers.putLong(samples.sample(item));
            }
            digest.update(numbers.flip());
        }
        return new PlanDigest(HexFormat.of().formatHex(digest.digest()), steps);
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
