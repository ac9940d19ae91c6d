package dev.penstock.trainer.optimize;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// Linear warm-up to a peak, then half a cosine down to a fraction of it (Smith & Topin 2018, "Super-Convergence").
///
/// @param warmUpSteps steps until the peak is reached; 0 starts at the peak
/// @param totalSteps steps of the whole run
/// @param finalShare last rate over the peak
public record OneCycle(double peakRate, long warmUpSteps, long totalSteps, double finalShare) implements Schedule {

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
        if (step < warmUpSteps) {
            return peakRate * (step + 1) / warmUpSteps;
        }
        double progress = Math.min(1, (step - warmUpSteps) / (double) (totalSteps - warmUpSteps));
        double share = finalShare + (1 - finalShare) * (1 + Math.cos(Math.PI * progress)) / 2;
        return peakRate * share;
    }
}
