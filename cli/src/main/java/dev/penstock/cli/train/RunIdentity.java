package dev.penstock.cli.train;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.loader.LoaderState;
import dev.penstock.trainer.checkpoint.RunState;
import dev.penstock.trainer.record.DifferentSettings;
import java.util.Optional;

/// What a run that is continued must have again: recipe and length, and the weights it began with if it states any.
///
/// @param settings text that only the same recipe and length have
/// @param weights digest of the weights that the run began with
record RunIdentity(String settings, Optional<String> weights) {

    private static final String WEIGHTS = " weights=";

    private static RunIdentity of(RunState saved) {
        String[] parts = saved.runDigest().split(WEIGHTS, 2);
        return new RunIdentity(parts[0], parts.length == 1 ? Optional.empty() : Optional.of(parts[1]));
    }

    /// Text that only the same run has.
    String digest() {
        return settings + weights.map(WEIGHTS::concat).orElse("");
    }

    /// Fails, saying what differs, unless a saved state is one of this run.
    ///
    /// @param now where the loader would go on from
    void requireContinues(RunState saved, LoaderState now) {
        LoaderState.parse(saved.loaderPosition()).requireContinues(now);
        if (!continuing(saved).digest().equals(saved.runDigest())) {
            DifferentSettings different = DifferentSettings.of(saved.runDigest(), digest());
            throw new ConfigurationException(FailureMessage.of("resuming")
                    .with("differs", different.names())
                    .with("saved", different.saved())
                    .with("now", different.now())
                    .remedy("resume with the saved recipe and number of steps, or start a new run directory"));
        }
    }

    /// This run after a saved state, which remembers the weights that are not stated again.
    RunIdentity continuing(RunState saved) {
        return new RunIdentity(settings, weights.or(() -> of(saved).weights()));
    }
}
