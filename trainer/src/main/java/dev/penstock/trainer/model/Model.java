package dev.penstock.trainer.model;

import dev.penstock.batch.Field;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.weights.WeightFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/// A model that a run can train: its parameters, and the loss they are trained by.
///
/// Threading: confined to the thread that trains.
public interface Model extends LossFunction {

    Parameters parameters();

    /// Fails with [ConfigurationException][dev.penstock.error.ConfigurationException] unless the model takes batches of
    /// these fields.
    void requireFits(List<Field> fields);

    /// Parameters and buffers under the names that other programs know them by.
    default Map<String, Tensor> stateDict() {
        Map<String, Tensor> state = new LinkedHashMap<>(parameters().named());
        state.putAll(parameters().buffers());
        return state;
    }

    /// Writes the model for other programs, in place of what the directory held: see [WeightFiles].
    default void export(Path directory) {
        WeightFiles.write(directory, stateDict());
    }
}
