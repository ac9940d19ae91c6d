package dev.penstock.cli.train;

import dev.penstock.balance.CostModel;
import dev.penstock.index.DatasetIndex;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.model.SeriesModel;
import dev.penstock.trainer.model.SeriesShape;
import java.util.List;

/// The series model.
public record SeriesModelRecipe(SeriesShape shape) implements ModelRecipe {

    private static final String LAYERS = "layers";
    private static final String WIDTH = "width";
    private static final String CHANNELS = "channels";

    static final List<String> KEYS = List.of(LAYERS, WIDTH, CHANNELS);

    static SeriesModelRecipe of(RecipeFile file) {
        return new SeriesModelRecipe(
                new SeriesShape(file.wholeNumber(LAYERS), file.wholeNumber(WIDTH), file.wholeNumber(CHANNELS)));
    }

    @Override
    public Model build(long seed) {
        return new SeriesModel(shape, seed);
    }

    @Override
    public CostModel costModel() {
        return CostModel.tokens();
    }

    @Override
    public String lossUnit() {
        return "squared error per value";
    }

    @Override
    public int maxSampleLength() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void requireFits(DatasetIndex index) {
        SeriesModel.requireFloats(index.fields());
    }

    @Override
    public String digest() {
        return toString();
    }
}
