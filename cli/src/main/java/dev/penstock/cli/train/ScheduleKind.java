package dev.penstock.cli.train;

/// The courses of the learning rate that a recipe may name.
enum ScheduleKind {
    /// Warm-up, then the peak.
    CONSTANT,
    /// Warm-up, then half a cosine.
    COSINE,
    /// PyTorch's `OneCycleLR`.
    ONE_CYCLE
}
