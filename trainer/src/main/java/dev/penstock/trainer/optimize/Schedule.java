package dev.penstock.trainer.optimize;

/// The learning rate as a pure function of the step, so that a resumed run needs no state for it.
public sealed interface Schedule permits Constant, Cosine, OneCycle, LinearWarmUp {

    /// @param step over the whole run, from 0; steps past the end get the last rate
    double learningRate(long step);
}
