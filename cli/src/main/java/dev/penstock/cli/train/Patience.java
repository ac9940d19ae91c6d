package dev.penstock.cli.train;

/// What a run puts up with before it ends.
///
/// @param maxSkippedSteps in a row, whose loss or gradient is not finite
public record Patience(int maxSkippedSteps) {}
