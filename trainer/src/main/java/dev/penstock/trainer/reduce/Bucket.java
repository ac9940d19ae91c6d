package dev.penstock.trainer.reduce;

import org.bytedeco.pytorch.Tensor;

/// A contiguous slice of the flat gradient, which the ranks sum in one call and in place.
///
/// It is final once every leaf of the autograd graph that adds to it has done so in the last backward of a step.
final class Bucket {

    private final Tensor gradients;
    private int leaves;
    private int arrived;

    Bucket(Tensor gradients) {
        this.gradients = gradients;
    }

    Tensor gradients() {
        return gradients;
    }

    /// Another leaf adds to this slice.
    void expect() {
        leaves++;
    }

    void begin() {
        arrived = 0;
    }

    void arrive() {
        arrived++;
    }

    boolean isFinal() {
        return arrived == leaves;
    }
}
