package dev.penstock.trainer.optimize;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// Half a cosine from a peak down to a fraction of it (Loshchilov & Hutter 2017, "SGDR", without restarts).
///
/// @param totalSteps steps until the last rate is reached
/// @param finalShare last rate over the peak
public record Cosine(double peakRate, long totalSteps, double finalShare) implements Schedule {

    public Cosine {
        if (!(peakRate > 0) || totalSteps < 1 || !(finalShare >= 0 && finalShare <= 1)) {
            throw new ConfigurationException(FailureMessage.of("cosine schedule")
                    .with("peakRate", peakRate)
                    .with("totalSteps", totalSteps)
                    .with("finalShare", finalShare)
                    .remedy("a positive rate, at least one step, a share between 0 and 1"));
        }
    }

    @Override
    public double learningRate(long step) {
        return peakRate * fall(Math.min(1, step / (double) totalSteps), 1, finalShare);
    }

    /// The value at `progress` on half a cosine between two others.
    static double fall(double progress, double from, double to) {
        return to + (from - to) * (1 + Math.cos(Math.PI * progress)) / 2;
    }
}
