package dev.penstock.trainer.model;

import dev.penstock.batch.Field;
import dev.penstock.trainer.tensor.Parameters;
import java.util.List;

/// A model that a run can train: its parameters, and the loss they are trained by.
///
/// Threading: confined to the thread that trains.
public interface Model extends LossFunction {

    Parameters parameters();

    /// Fails with [ConfigurationException][dev.penstock.error.ConfigurationException] unless the model takes batches of
    /// these fields.
    void requireFits(List<Field> fields);
}
