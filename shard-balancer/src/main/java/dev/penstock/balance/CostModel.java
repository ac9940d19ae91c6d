package dev.penstock.balance;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// The cost of computing one sample of length L: `perToken · L + perTokenSquared · L² + perSample`.
///
/// Coefficients and costs are integers in a unit of the model's own choice; only their ratios matter. Fractions are
/// expressed by scaling all three. Integers make the plan the same in every process; arithmetic that would overflow is
/// an error. No coefficient is negative, so a longer sample never costs less.
///
/// @param perToken α, the part that grows with the length: projections, feed-forward, logits
/// @param perTokenSquared β, the part that grows with the square of the length: attention scores
/// @param perSample γ, the part every sample has
public record CostModel(long perToken, long perTokenSquared, long perSample) {

    public CostModel {
        if (perToken < 0 || perTokenSquared < 0 || perSample < 0) {
            throw invalid(perToken, perTokenSquared, perSample, "no coefficient may be negative");
        }
        if (perToken == 0 && perTokenSquared == 0 && perSample == 0) {
            throw invalid(perToken, perTokenSquared, perSample, "at least one coefficient must be positive");
        }
    }

    /// Cost equal to the length: right where time is proportional to tokens.
    public static CostModel tokens() {
        return new CostModel(1, 0, 0);
    }

    /// Cost of a transformer step from the shape of the model, in units of `2 · hiddenSize` floating-point operations
    /// of the forward pass. The backward pass is a constant multiple and cancels.
    ///
    /// Per layer of hidden size h, with a feed-forward four times as wide, a token takes `24·h²` operations and
    /// a sequence `4·h·L²` more for attention; the logits over a vocabulary of V take `2·h·V` per token.
    /// Divided by `2·h` that is, over l layers, `(12·l·h + V)·L + 2·l·L²`. The counts are those of the appendix
    /// of Narayanan et al., "Efficient Large-Scale Language Model Training on GPU Clusters Using Megatron-LM",
    /// SC '21.
    ///
    /// @param vocabularySize number of classes of the output layer; 0 for a model without one
    public static CostModel attention(int layers, int hiddenSize, int vocabularySize, AttentionWork work) {
        if (layers < 1 || hiddenSize < 1 || vocabularySize < 0) {
            throw new ConfigurationException(FailureMessage.of("attention cost model")
                    .with("layers", layers)
                    .with("hiddenSize", hiddenSize)
                    .with("vocabularySize", vocabularySize)
                    .remedy("layers and hidden size must be at least 1, the vocabulary size not negative"));
        }
        try {
            long perToken = Math.addExact(Math.multiplyExact(12L * layers, (long) hiddenSize), vocabularySize);
            return new CostModel(perToken, work.scoresPerLayer() * layers, 0);
        } catch (ArithmeticException overflow) {
            throw new ConfigurationException(
                    FailureMessage.of("attention cost model")
                            .with("layers", layers)
                            .with("hiddenSize", hiddenSize)
                            .remedy("the cost of one token exceeds 64 bits; check the model's shape"),
                    overflow);
        }
    }

    /// Cost of a sample.
    ///
    /// @param length not negative
    /// @throws ConfigurationException when the length is negative or the cost exceeds 64 bits
    public long cost(int length) {
        if (length < 0) {
            throw new ConfigurationException(
                    FailureMessage.of("sample cost").with("length", length).remedy("a length must not be negative"));
        }
        try {
            long slope = Math.addExact(Math.multiplyExact(perTokenSquared, (long) length), perToken);
            return Math.addExact(Math.multiplyExact(slope, (long) length), perSample);
        } catch (ArithmeticException overflow) {
            throw new ConfigurationException(
                    FailureMessage.of("sample cost")
                            .with("length", length)
                            .with("model", this)
                            .remedy("the cost exceeds 64 bits; divide all coefficients by a common factor"),
                    overflow);
        }
    }

    private static ConfigurationException invalid(long perToken, long perTokenSquared, long perSample, String remedy) {
        return new ConfigurationException(FailureMessage.of("cost model")
                .with("perToken", perToken)
                .with("perTokenSquared", perTokenSquared)
                .with("perSample", perSample)
                .remedy(remedy));
    }
}
