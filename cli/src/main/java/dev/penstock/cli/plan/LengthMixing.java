package dev.penstock.cli.plan;

/// How much of a step's statistical worth is left when steps trade samples by length: the effective batch size.
///
/// Samples of like length, to a factor of two, resemble each other with correlation rho, as samples of a shard do for
/// [ShuffleQuality][dev.penstock.order.ShuffleQuality]. The token-weighted mean over a step of T tokens then has a
/// variance in proportion to `(Σ l² + rho · Σ l·l′) / T²`, with the second sum over pairs of like length. Averaged over
/// steps, its inverse is what a step is worth.
///
/// Confined to one thread.
final class LengthMixing {

    private final double[] tokensOfClass = new double[Integer.SIZE];
    private double squaresOfStep;
    private double own;
    private double shared;

    void add(int length) {
        tokensOfClass[Integer.SIZE - Integer.numberOfLeadingZeros(length)] += length;
        squaresOfStep += (double) length * length;
    }

    void endStep() {
        double tokens = 0;
        double ofClasses = 0;
        for (int c = 0; c < tokensOfClass.length; c++) {
            tokens += tokensOfClass[c];
            ofClasses += tokensOfClass[c] * tokensOfClass[c];
            tokensOfClass[c] = 0;
        }
        if (tokens > 0) {
            own += squaresOfStep / (tokens * tokens);
            shared += (ofClasses - squaresOfStep) / (tokens * tokens);
        }
        squaresOfStep = 0;
    }

    /// Effective batch size over that of other steps, made of the same samples.
    ///
    /// @param correlation rho: 0 when length says nothing about a sample, 1 when samples of like length are all alike
    double effectiveShare(LengthMixing untraded, double correlation) {
        double variance = own + correlation * shared;
        return variance == 0 ? 1 : (untraded.own + correlation * untraded.shared) / variance;
    }
}
