package dev.penstock.trainer.world;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Slurm's `srun`. Rank 0 is on the first node of the step; the port follows from the job's number, unless
/// `MASTER_ADDR` and `MASTER_PORT` say otherwise.
///
/// A batch script, a shell within an allocation and a step of one task have Slurm's variables too, and no other rank
/// that would ever come: they are not ranks.
final class Slurm implements Launcher {

    private static final String RANK = "SLURM_PROCID";
    private static final String LOCAL_RANK = "SLURM_LOCALID";
    private static final String STEP = "SLURM_STEP_ID";
    private static final String STEP_SIZE = "SLURM_STEP_NUM_TASKS";
    private static final String SIZE = "SLURM_NTASKS";
    private static final String JOB = "SLURM_JOB_ID";
    private static final String NODE = "SLURM_NODEID";
    private static final String TASKS_PER_NODE = "SLURM_STEP_TASKS_PER_NODE";

    /// Of steps that `srun` did not make: interactive, batch, extern, pending; see `slurm.h`.
    private static final Set<String> OTHER_STEPS = Set.of("4294967290", "4294967291", "4294967292", "4294967293");

    @Override
    public boolean started(LauncherVariables variables) {
        boolean step = variables
                .text(STEP)
                .filter(id -> !OTHER_STEPS.contains(id) && !id.equals("batch") && !id.equals("interactive"))
                .isPresent();
        return step
                && variables
                        .firstOf(STEP_SIZE, SIZE)
                        .filter(size -> !size.equals("1"))
                        .isPresent();
    }

    @Override
    public World world(LauncherVariables variables) {
        variables.requireAll(List.of(RANK, LOCAL_RANK, JOB), "start every rank with srun");
        Meeting meeting = Meeting.stated(variables)
                .or(() -> variables
                        .firstOf("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST")
                        .map(nodes -> new Meeting(
                                SlurmNodes.first(nodes),
                                Meeting.port(variables.text(JOB).orElse("")))))
                .orElseThrow(() -> Meeting.unknown(variables, "srun sets SLURM_STEP_NODELIST; is it exported?"));
        return new World(
                variables.number(RANK),
                variables.number(variables.has(STEP_SIZE) ? STEP_SIZE : SIZE),
                variables.number(LOCAL_RANK),
                meeting.address(),
                meeting.port());
    }

    @Override
    public OptionalInt localRanks(LauncherVariables variables) {
        return variables.has(TASKS_PER_NODE) && variables.has(NODE)
                ? SlurmNodes.tasks(variables.text(TASKS_PER_NODE).orElse(""), variables.number(NODE))
                : OptionalInt.empty();
    }
}
