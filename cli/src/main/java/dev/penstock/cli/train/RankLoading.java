package dev.penstock.cli.train;

import dev.penstock.loader.LoaderConfig;

/// How one rank comes to its batches.
///
/// @param config of this rank; its start is moved to the step of a checkpoint
/// @param opening opens the loader of this process, or attaches to one that a daemon runs
public record RankLoading(LoaderConfig.Builder config, LoaderOpening opening) {

    /// The configuration that begins with a step.
    LoaderConfig from(long step) {
        return config.startStep(step).build();
    }
}
