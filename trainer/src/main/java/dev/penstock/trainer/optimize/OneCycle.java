package dev.penstock.trainer.optimize;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// Up to a peak and down again to almost nothing, both as half a cosine (Smith & Topin 2018, "Super-Convergence"; the
/// shape is that of PyTorch's `OneCycleLR` with two phases).
///
/// @param warmUpSteps steps until the peak is reached; up to 1 starts at the peak
/// @param totalSteps steps of the whole run
/// @param finalShare last rate over the peak
public record OneCycle(double peakRate, long warmUpSteps, long totalSteps, double finalShare) implements Schedule {

    /// First rate over the peak: PyTorch's default, from the paper's range of rates.
    private static final double FIRST_SHARE = 1 / 25.0;

    public OneCycle {
        if (!(peakRate > 0)
                || warmUpSteps < 0
                || totalSteps < 1
                || warmUpSteps >= totalSteps
                || !(finalShare >= 0 && finalShare <= 1)) {
            throw new ConfigurationException(FailureMessage.of("one-cycle schedule")
                    .with("peakRate", peakRate)
                    .with("warmUpSteps", warmUpSteps)
                    .with("totalSteps", totalSteps)
                    .with("finalShare", finalShare)
                    .remedy("a positive rate, 0 <= warmUpSteps < totalSteps, a share between 0 and 1"));
        }
    }

    @Override
    public double learningRate(long step) {
        long peak = Math.max(0, warmUpSteps - 1);
        if (step < peak) {
            return peakRate * Cosine.fall(step / (double) peak, FIRST_SHARE, 1);
        }
        double fallingSteps = Math.max(1, totalSteps - 1 - peak);
        return peakRate * Cosine.fall(Math.min(1, (step - peak) / fallingSteps), 1, finalShare);
    }
}
