package dev.penstock.trainer.world;

import java.util.List;
import java.util.OptionalInt;

/// `mpiexec` of MPICH, Intel MPI and their kin, over the PMI variables. It does not say where rank 0 is.
///
/// Slurm's own PMI sets rank and size too, but not which rank of its host a process is; that is [Slurm]'s to say.
final class Hydra implements Launcher {

    private static final String RANK = "PMI_RANK";
    private static final String SIZE = "PMI_SIZE";
    private static final String LOCAL_RANK = "MPI_LOCALRANKID";
    private static final String LOCAL_SIZE = "MPI_LOCALNRANKS";

    @Override
    public boolean started(LauncherVariables variables) {
        return variables.has(LOCAL_RANK);
    }

    @Override
    public World world(LauncherVariables variables) {
        variables.requireAll(List.of(RANK, SIZE, LOCAL_RANK), "start every rank with mpiexec");
        Meeting meeting = Meeting.stated(variables)
                .orElseThrow(() -> Meeting.unknown(
                        variables, "mpiexec -genv MASTER_ADDR HOST -genv MASTER_PORT PORT, with the host of rank 0"));
        return new World(
                variables.number(RANK),
                variables.number(SIZE),
                variables.number(LOCAL_RANK),
                meeting.address(),
                meeting.port());
    }

    @Override
    public OptionalInt localRanks(LauncherVariables variables) {
        return variables.has(LOCAL_SIZE) ? OptionalInt.of(variables.number(LOCAL_SIZE)) : OptionalInt.empty();
    }
}
