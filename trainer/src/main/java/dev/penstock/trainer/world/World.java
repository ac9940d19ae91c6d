package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Map;
import java.util.Optional;

/// Which of the processes of a run this one is, and where they meet.
///
/// The contract of `torchrun` and other launchers: `RANK`, `WORLD_SIZE`, `LOCAL_RANK`, `MASTER_ADDR`, `MASTER_PORT`.
/// Open MPI's `mpirun`, `mpiexec` over PMI and Slurm's `srun` are understood by variables of their own.
///
/// @param localRank this process among those of its host
/// @param masterAddress host of rank 0
/// @param masterPort port that rank 0 listens on for the rendezvous; 0 in a world of one, which meets nobody
public record World(int rank, int worldSize, int localRank, String masterAddress, int masterPort) {

    static final String RANK = "RANK";
    static final String WORLD_SIZE = "WORLD_SIZE";
    static final String LOCAL_RANK = "LOCAL_RANK";
    static final String MASTER_ADDR = "MASTER_ADDR";
    static final String MASTER_PORT = "MASTER_PORT";

    private static final int MAX_PORT = 65_535;

    public World {
        if (worldSize < 1 || rank < 0 || rank >= worldSize || localRank < 0 || localRank > rank) {
            throw new ConfigurationException(FailureMessage.of("world")
                    .with(RANK, rank)
                    .with(WORLD_SIZE, worldSize)
                    .with(LOCAL_RANK, localRank)
                    .remedy("needs 0 <= LOCAL_RANK <= RANK < WORLD_SIZE"));
        }
        if (worldSize > 1 && (masterAddress.isBlank() || masterPort < 1 || masterPort > MAX_PORT)) {
            throw new ConfigurationException(FailureMessage.of("world")
                    .with(MASTER_ADDR, masterAddress)
                    .with(MASTER_PORT, masterPort)
                    .remedy("needs the host of rank 0 and a port between 1 and " + MAX_PORT));
        }
    }

    /// One process alone.
    public static World single() {
        return new World(0, 1, 0, "localhost", 0);
    }

    /// Reads the variables of the launcher that started this process; without one it is alone.
    ///
    /// Fails with [ConfigurationException] when a launcher's variables are there in part.
    public static World fromEnvironment(Map<String, String> environment) {
        LauncherVariables variables = new LauncherVariables(environment);
        return launcher(variables).map(launcher -> launcher.world(variables)).orElseGet(World::single);
    }

    /// Whether a launcher started this process as a rank of its run.
    public static boolean isLaunched(Map<String, String> environment) {
        return launcher(new LauncherVariables(environment)).isPresent();
    }

    /// How many ranks share this host, as far as the launcher says it; else all may.
    public int localRanks(Map<String, String> environment) {
        LauncherVariables variables = new LauncherVariables(environment);
        int ranks = launcher(variables)
                .map(launcher -> launcher.localRanks(variables).orElse(worldSize))
                .orElse(1);
        return Math.clamp(ranks, 1, worldSize);
    }

    private static Optional<Launcher> launcher(LauncherVariables variables) {
        Optional<Launcher> found = Launcher.INNERMOST_FIRST.stream()
                .filter(launcher -> launcher.started(variables))
                .findFirst();
        if (found.isEmpty() && variables.hasAny(Torchrun.ADDRESS)) {
            return Optional.of(new Torchrun());
        }
        return found;
    }

    /// Whether this is the rank that writes checkpoints and reports.
    public boolean isFirst() {
        return rank == 0;
    }
}
