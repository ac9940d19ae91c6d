package dev.penstock.cli.train;

import dev.penstock.balance.AttentionWork;
import dev.penstock.balance.CostModel;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.model.TransformerShape;
import java.util.List;

/// The byte transformer.
public record ByteModelRecipe(TransformerShape shape) implements ModelRecipe {

    private static final String LAYERS = "layers";
    private static final String WIDTH = "width";
    private static final String HEADS = "heads";
    private static final String MAX_SAMPLE_BYTES = "max-sample-bytes";

    static final List<String> KEYS = List.of(LAYERS, WIDTH, HEADS, MAX_SAMPLE_BYTES);

    /// Classes of the output layer.
    private static final int BYTE_VALUES = 256;

    static ByteModelRecipe of(RecipeFile file) {
        return new ByteModelRecipe(new TransformerShape(
                file.wholeNumber(LAYERS),
                file.wholeNumber(WIDTH),
                file.wholeNumber(HEADS),
                file.wholeNumber(MAX_SAMPLE_BYTES)));
    }

    @Override
    public Model build(long seed) {
        return new ByteTransformer(shape, seed);
    }

    @Override
    public CostModel costModel() {
        return CostModel.attention(shape.layers(), shape.width(), BYTE_VALUES, AttentionWork.CAUSAL_HALF);
    }

    @Override
    public String lossUnit() {
        return "nats per byte";
    }

    @Override
    public int maxSampleLength() {
        return shape.maxSampleBytes();
    }

    @Override
    public void requireFits(DatasetIndex index) {
        ByteTransformer.requireBytes(index.fields());
        if (index.longestLength() > shape.maxSampleBytes()) {
            throw new ConfigurationException(FailureMessage.of("training")
                    .with("longestSample", index.longestLength())
                    .with("maxSampleBytes", shape.maxSampleBytes())
                    .remedy("index the dataset with --max-length " + shape.maxSampleBytes() + " --overlong split"));
        }
    }

    @Override
    public String digest() {
        return toString();
    }
}
