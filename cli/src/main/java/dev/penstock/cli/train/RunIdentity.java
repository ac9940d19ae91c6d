package dev.penstock.cli.train;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.loader.LoaderState;
import dev.penstock.trainer.checkpoint.RunState;

/// Recipe and length of a run, which a run that is continued must have again.
///
/// @param digest text that only the same run has
record RunIdentity(String digest) {

    /// Fails, saying what differs, unless a saved state is one of this run.
    ///
    /// @param now where the loader would go on from
    void requireContinues(RunState saved, LoaderState now) {
        LoaderState.parse(saved.loaderPosition()).requireContinues(now);
        if (!saved.runDigest().equals(digest)) {
            DifferentSettings different = DifferentSettings.of(saved.runDigest(), digest);
            throw new ConfigurationException(FailureMessage.of("resuming")
                    .with("differs", different.names())
                    .with("saved", different.saved())
                    .with("now", different.now())
                    .remedy("resume with the saved recipe and number of steps, or start a new run directory"));
        }
    }
}
