package dev.penstock.trainer.optimize;

/// What stays fixed in an AdamW run.
///
/// @param firstDecay of the mean of gradients (beta 1)
/// @param secondDecay of the mean of squared gradients (beta 2)
/// @param weightDecay of parameters that are not exempt, decoupled from the gradient
public record AdamWSettings(double firstDecay, double secondDecay, double epsilon, double weightDecay) {

    /// `secondDecay` is 0.98 instead of 0.999: a run of some hundred steps cannot wait for a mean over a thousand.
    public static AdamWSettings defaults() {
        return new AdamWSettings(0.9, 0.98, 1e-8, 0.01);
    }
}
