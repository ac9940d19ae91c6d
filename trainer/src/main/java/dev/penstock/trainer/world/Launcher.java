package dev.penstock.trainer.world;

import java.util.List;
import java.util.OptionalInt;

/// A program that starts the ranks of a run, known by the variables it sets in each.
sealed interface Launcher permits Torchrun, OpenMpi, Hydra, Slurm {

    /// From the one that starts ranks to the one that may have started it: `mpirun` within a Slurm job leaves the
    /// variables of both.
    List<Launcher> INNERMOST_FIRST = List.of(new Torchrun(), new OpenMpi(), new Hydra(), new Slurm());

    /// Whether it started this process as a rank.
    boolean started(LauncherVariables variables);

    /// Which rank this process is.
    ///
    /// Fails with [ConfigurationException][dev.penstock.error.ConfigurationException] when variables are missing.
    World world(LauncherVariables variables);

    /// How many ranks share this host, where that is said.
    OptionalInt localRanks(LauncherVariables variables);
}
