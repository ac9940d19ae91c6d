package dev.penstock.trainer.optimize;

/// The same rate at every step.
public record Constant(double rate) implements Schedule {

    @Override
    public double learningRate(long step) {
        return rate;
    }
}
