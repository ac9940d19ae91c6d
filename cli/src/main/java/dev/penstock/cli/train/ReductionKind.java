package dev.penstock.cli.train;

import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;

/// How the gradients of a step's samples become one.
enum ReductionKind {
    /// The fast one; the same to the bit from run to run on one number of ranks.
    OVERLAPPED,

    /// The same to the bit on any number of ranks.
    REPRODUCIBLE;

    GradientReduction of(Parameters parameters, Collective ranks) {
        return switch (this) {
            case OVERLAPPED -> GradientReduction.overlapped(parameters, ranks);
            case REPRODUCIBLE -> GradientReduction.reproducible(parameters, ranks);
        };
    }
}
