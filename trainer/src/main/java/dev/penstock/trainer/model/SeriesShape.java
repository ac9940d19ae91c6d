package dev.penstock.trainer.model;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// The size of a series model.
///
/// @param layers each looks twice as far back as the one before: the model sees `2^layers` rows
/// @param width of the residual stream
/// @param channels values of a row
public record SeriesShape(int layers, int width, int channels) {

    /// Sees a thousand million rows, more than any sample has.
    private static final int MAX_LAYERS = 30;

    public SeriesShape {
        if (layers < 1 || layers > MAX_LAYERS || width < 1 || channels < 1) {
            throw new ConfigurationException(FailureMessage.of("series shape")
                    .with("layers", layers)
                    .with("width", width)
                    .with("channels", channels)
                    .remedy("all at least 1, layers at most " + MAX_LAYERS));
        }
    }

    int hiddenWidth() {
        return 2 * width;
    }
}
