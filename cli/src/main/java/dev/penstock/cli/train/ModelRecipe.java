package dev.penstock.cli.train;

import dev.penstock.balance.CostModel;
import dev.penstock.index.DatasetIndex;
import dev.penstock.trainer.model.Model;

/// Which model a recipe trains.
public sealed interface ModelRecipe permits ByteModelRecipe, SeriesModelRecipe, ModuleRecipe {

    /// @param seed of the first parameter values and of what is random in the model
    Model build(long seed);

    /// What a sample costs this model.
    CostModel costModel();

    /// What one of the loss means, as in "nats per byte".
    String lossUnit();

    /// Longest sample the model takes, in elements; `Integer.MAX_VALUE` for any.
    int maxSampleLength();

    /// Fails before any process starts when the model cannot take the dataset's samples.
    void requireFits(DatasetIndex index);

    /// Text that only the same model has; a run that is continued must have its own again.
    String digest();
}
