package dev.penstock.trainer.record;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The measured values of one step, by name.
///
/// @param time when the step ended
/// @param values names are letters, digits, `_` and `/`, which both TensorBoard and MLflow take
public record StepMetrics(long step, Instant time, SequencedMap<String, Double> values) {

    public StepMetrics {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }
}
