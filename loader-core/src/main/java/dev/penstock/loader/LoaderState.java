package dev.penstock.loader;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.order.GlobalBatches;
import dev.penstock.order.SampleOrder;
import dev.penstock.plan.StepSamples;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Where a run stands: a position, and what the position is a position in.
///
/// The number of ranks is not part of it, because the global batches do not depend on it. But where steps trade
/// samples, and `nextStep` lies within a window of steps that do, the state goes on only with the same regrouping and
/// ranks.
///
/// @param version of this record's form; see [#VERSION]
/// @param orderVersion of the algorithm behind the order
/// @param datasetDigest of the index the samples are numbered by
/// @param openWindow how the steps on both sides of `nextStep` trade samples, or [#NO_WINDOW]
/// @param nextStep first step not yet consumed
/// @param nextPosition samples before it: a run that ended with a short step has fewer than another one that goes on
///     with the next epoch, which therefore does not continue it
public record LoaderState(
        int version,
        int orderVersion,
        String datasetDigest,
        long seed,
        String shuffle,
        String remainder,
        int batchSize,
        String openWindow,
        long nextStep,
        long nextPosition) {

    /// Changes when a field's meaning does, and when steps are cut into other windows than before.
    public static final int VERSION = 4;

    /// In place of a regrouping: no step before `nextStep` trades samples with one after it.
    public static final String NO_WINDOW = "none";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /// The state of a run over a dataset before `nextStep`, which is no later than its end.
    public static LoaderState of(DatasetIndex index, LoaderConfig config, long nextStep) {
        GlobalBatches batches = config.batches(index.sampleCount());
        return new LoaderState(
                VERSION,
                SampleOrder.ORDER_VERSION,
                index.digest(),
                config.seed(),
                config.shuffle().toString(),
                config.remainder().name(),
                config.batchSize(),
                openWindow(batches, config, nextStep),
                nextStep,
                nextStep == 0 ? 0 : batches.firstPosition(nextStep - 1) + batches.size(nextStep - 1));
    }

    private static String openWindow(GlobalBatches batches, LoaderConfig config, long nextStep) {
        return StepSamples.isWithinWindow(batches, config.regrouping(), nextStep)
                ? config.regrouping() + " ranks=" + config.ranks()
                : NO_WINDOW;
    }

    public String toJson() {
        return JSON.writeValueAsString(this);
    }

    /// Reads what [#toJson()] wrote; refuses another version by name.
    public static LoaderState parse(String json) {
        LoaderState state;
        try {
            int found = JSON.readTree(json).path("version").asInt(-1);
            if (found != VERSION) {
                throw new ConfigurationException(FailureMessage.of("reading a loader state")
                        .with("expectedVersion", VERSION)
                        .with("foundVersion", found < 0 ? "none" : found)
                        .remedy("resume with the Penstock version that wrote it, or start anew"));
            }
            state = JSON.readValue(json, LoaderState.class);
        } catch (JacksonException e) {
            throw new ConfigurationException(
                    FailureMessage.of("reading a loader state").with("problem", e.getOriginalMessage()), e);
        }
        return state;
    }

    /// Fails unless a run from this state continues the one that `now` starts.
    public void requireContinues(LoaderState now) {
        require("orderVersion", orderVersion, now.orderVersion);
        require("datasetDigest", datasetDigest, now.datasetDigest);
        require("seed", seed, now.seed);
        require("shuffle", shuffle, now.shuffle);
        require("remainder", remainder, now.remainder);
        require("batch", batchSize, now.batchSize);
        require("balance within a window of steps", openWindow, now.openWindow);
        if (nextStep == now.nextStep) {
            require("samples before step " + nextStep, nextPosition, now.nextPosition);
        }
    }

    private static void require(String what, @Nullable Object saved, @Nullable Object now) {
        if (saved != null && !saved.equals(now)) {
            throw new ConfigurationException(FailureMessage.of("resuming")
                    .with("differs", what)
                    .with("saved", saved)
                    .with("now", now)
                    .remedy("resume with the saved setting, or start a new run"));
        }
    }
}
