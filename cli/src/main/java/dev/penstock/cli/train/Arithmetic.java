package dev.penstock.cli.train;

import dev.penstock.cli.option.Balance;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.model.Precision;
import java.util.List;

/// The part of a recipe that says how its numbers are rounded.
///
/// @param precision of the forward pass
/// @param reduction whose sums may or may not depend on the number of ranks
record Arithmetic(Precision precision, ReductionKind reduction) {

    private static final String PRECISION = "precision";
    private static final String REDUCTION = "reduction";

    static final List<String> KEYS = List.of(PRECISION, REDUCTION);

    static Arithmetic of(RecipeFile file) {
        return new Arithmetic(
                file.constant(PRECISION, Precision.values()), file.constant(REDUCTION, ReductionKind.values()));
    }

    /// Fails when steps would hold other samples on another number of ranks, although their sums should not differ.
    void requireFits(Balance balance) {
        if (reduction == ReductionKind.REPRODUCIBLE && balance instanceof Balance.Delay) {
            throw new ConfigurationException(FailureMessage.of("training")
                    .with(REDUCTION, RecipeFile.text(reduction))
                    .with("balance", balance)
                    .remedy("with delay, what a step holds depends on the number of ranks: use --balance exact"));
        }
    }

    /// Text that only equal ones share.
    String digest() {
        return "precision=" + RecipeFile.text(precision) + " reduction=" + RecipeFile.text(reduction);
    }
}
