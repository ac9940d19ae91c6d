package dev.penstock.cli.train;

import dev.penstock.trainer.world.CollectiveTimeouts;

/// What a run puts up with before it ends.
///
/// @param maxSkippedSteps in a row, whose loss or gradient is not finite
/// @param timeouts how long ranks wait for each other
public record Patience(int maxSkippedSteps, CollectiveTimeouts timeouts) {}
