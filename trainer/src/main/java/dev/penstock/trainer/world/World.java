package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.List;
import java.util.Map;

/// Which of the processes of a run this one is, and where they meet.
///
/// The contract of `torchrun` and other launchers: `RANK`, `WORLD_SIZE`, `LOCAL_RANK`, `MASTER_ADDR`, `MASTER_PORT`.
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

    private static final List<String> VARIABLES = List.of(RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT);
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

    /// Reads the variables of a launcher; none of them set means one process alone.
    public static World fromEnvironment(Map<String, String> environment) {
        List<String> missing = VARIABLES.stream()
                .filter(name -> !environment.containsKey(name))
                .toList();
        if (missing.size() == VARIABLES.size()) {
            return single();
        }
        if (!missing.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("world")
                    .with("missing", String.join(" ", missing))
                    .remedy("set all of " + String.join(" ", VARIABLES) + ", or none"));
        }
        return new World(
                number(environment, RANK),
                number(environment, WORLD_SIZE),
                number(environment, LOCAL_RANK),
                environment.getOrDefault(MASTER_ADDR, ""),
                number(environment, MASTER_PORT));
    }

    /// Whether a launcher set any of the variables, so that this process is one rank of its run.
    public static boolean isLaunched(Map<String, String> environment) {
        return VARIABLES.stream().anyMatch(environment::containsKey);
    }

    private static int number(Map<String, String> environment, String name) {
        String text = environment.getOrDefault(name, "");
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new ConfigurationException(
                    FailureMessage.of("world").with(name, text).remedy("must be a whole number"), e);
        }
    }

    /// Whether this is the rank that writes checkpoints and reports.
    public boolean isFirst() {
        return rank == 0;
    }
}
