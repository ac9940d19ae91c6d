package dev.penstock.trainer.world;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Open MPI's `mpirun`. It does not say where rank 0 is, except that a world on one host meets there.
final class OpenMpi implements Launcher {

    private static final String RANK = "OMPI_COMM_WORLD_RANK";
    private static final String SIZE = "OMPI_COMM_WORLD_SIZE";
    private static final String LOCAL_RANK = "OMPI_COMM_WORLD_LOCAL_RANK";
    private static final String LOCAL_SIZE = "OMPI_COMM_WORLD_LOCAL_SIZE";

    /// The job, by the same name in every rank of one `mpirun`: version 5, version 4.
    private static final String[] JOB = {"PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid"};

    private static final List<String> IDENTITY = List.of(RANK, SIZE, LOCAL_RANK);

    @Override
    public boolean started(LauncherVariables variables) {
        return variables.hasAny(IDENTITY);
    }

    @Override
    public World world(LauncherVariables variables) {
        variables.requireAll(IDENTITY, "start every rank with mpirun");
        int size = variables.number(SIZE);
        boolean oneHost = size == 1 || localRanks(variables).orElse(0) == size;
        Meeting meeting = Meeting.stated(variables)
                .or(() -> oneHost ? variables.firstOf(JOB).map(Meeting::onThisHost) : Optional.empty())
                .orElseThrow(() -> Meeting.unknown(
                        variables, "mpirun -x MASTER_ADDR=HOST -x MASTER_PORT=PORT, with the host of rank 0"));
        return new World(variables.number(RANK), size, variables.number(LOCAL_RANK), meeting.address(), meeting.port());
    }

    @Override
    public OptionalInt localRanks(LauncherVariables variables) {
        return variables.has(LOCAL_SIZE) ? OptionalInt.of(variables.number(LOCAL_SIZE)) : OptionalInt.empty();
    }
}
