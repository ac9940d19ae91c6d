package dev.penstock.trainer.model;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// The size of a transformer.
///
/// @param width of the residual stream; a multiple of `2 * heads`, because rotary positions turn pairs
/// @param maxSampleBytes longest sample the model takes
public record TransformerShape(int layers, int width, int heads, int maxSampleBytes) {

    public TransformerShape {
        if (layers < 1 || heads < 1 || maxSampleBytes < 1 || width < 1 || width % (2 * heads) != 0) {
            throw new ConfigurationException(FailureMessage.of("transformer shape")
                    .with("layers", layers)
                    .with("width", width)
                    .with("heads", heads)
                    .with("maxSampleBytes", maxSampleBytes)
                    .remedy("all at least 1, width a multiple of 2 * heads"));
        }
    }

    int headWidth() {
        return width / heads;
    }

    int hiddenWidth() {
        return 4 * width;
    }
}
