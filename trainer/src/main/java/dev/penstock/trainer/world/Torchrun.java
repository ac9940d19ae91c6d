package dev.penstock.trainer.world;

import java.util.List;
import java.util.OptionalInt;

/// `torchrun`, [LocalRanks], Kubernetes operators and whoever else keeps to the same contract.
///
/// The address alone does not make it one: other launchers are helped by it.
final class Torchrun implements Launcher {

    private static final String LOCAL_WORLD_SIZE = "LOCAL_WORLD_SIZE";

    private static final List<String> IDENTITY = List.of(World.RANK, World.WORLD_SIZE, World.LOCAL_RANK);
    static final List<String> ADDRESS = List.of(World.MASTER_ADDR, World.MASTER_PORT);
    private static final List<String> ALL =
            List.of(World.RANK, World.WORLD_SIZE, World.LOCAL_RANK, World.MASTER_ADDR, World.MASTER_PORT);

    @Override
    public boolean started(LauncherVariables variables) {
        return variables.hasAny(IDENTITY);
    }

    @Override
    public World world(LauncherVariables variables) {
        variables.requireAll(ALL, "set all of " + String.join(" ", ALL) + ", or none");
        return new World(
                variables.number(World.RANK),
                variables.number(World.WORLD_SIZE),
                variables.number(World.LOCAL_RANK),
                variables.text(World.MASTER_ADDR).orElse(""),
                variables.number(World.MASTER_PORT));
    }

    @Override
    public OptionalInt localRanks(LauncherVariables variables) {
        return variables.has(LOCAL_WORLD_SIZE)
                ? OptionalInt.of(variables.number(LOCAL_WORLD_SIZE))
                : OptionalInt.empty();
    }
}
