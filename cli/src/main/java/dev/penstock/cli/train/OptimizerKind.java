package dev.penstock.cli.train;

/// The optimisers that a recipe may name.
enum OptimizerKind {
    ADAMW,
    SGD
}
