package dev.penstock.trainer.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the variables of each launcher mean; one line is one environment.
class LauncherTest {

    private static Map<String, String> environment(String text) {
        return Arrays.stream(text.strip().split(" +", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            RANK=1 WORLD_SIZE=3 LOCAL_RANK=0 MASTER_ADDR=n MASTER_PORT=5                        | 1 3 0 n 5
            RANK=1 WORLD_SIZE=3 LOCAL_RANK=0 MASTER_ADDR=n MASTER_PORT=5 SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=0 | 1 3 0 n 5
            SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=4 SLURM_NTASKS=8 SLURM_PROCID=3 SLURM_LOCALID=1 SLURM_JOB_ID=123456 SLURM_STEP_NODELIST=node[003-005,9] SLURM_JOB_NODELIST=node[001-009] | 3 4 1 node003 18456
            SLURM_STEP_ID=2 SLURM_NTASKS=2 SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_JOB_ID=77 SLURM_JOB_NODELIST=a,b | 0 2 0 a 15077
            SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=1 SLURM_LOCALID=0 SLURM_JOB_ID=77 SLURM_JOB_NODELIST=a,b MASTER_ADDR=c MASTER_PORT=9 | 1 2 0 c 9
            OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2 OMPI_MCA_ess_base_jobid=3210 | 1 2 1 127.0.0.1 18210
            OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=0 OMPI_COMM_WORLD_LOCAL_SIZE=2 MASTER_ADDR=c MASTER_PORT=9 | 2 4 0 c 9
            OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=0 MASTER_ADDR=c MASTER_PORT=9 SLURM_STEP_ID=0 SLURM_NTASKS=7 SLURM_PROCID=0 | 1 2 0 c 9
            PMI_RANK=1 PMI_SIZE=2 MPI_LOCALRANKID=0 MPI_LOCALNRANKS=1 MASTER_ADDR=c MASTER_PORT=9 | 1 2 0 c 9
            PMI_RANK=1 PMI_SIZE=2 SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=1 SLURM_LOCALID=0 SLURM_JOB_ID=77 SLURM_JOB_NODELIST=a,b | 1 2 0 a 15077
            """)
    void rankAndMeetingPlaceAreRead(String variables, String world) {
        String[] expected = world.split(" ", -1);

        assertThat(World.isLaunched(environment(variables))).isTrue();
        assertThat(World.fromEnvironment(environment(variables)))
                .isEqualTo(new World(
                        Integer.parseInt(expected[0]),
                        Integer.parseInt(expected[1]),
                        Integer.parseInt(expected[2]),
                        expected[3],
                        Integer.parseInt(expected[4])));
    }

    /// A batch script, a shell of `salloc` with and without a step of its own, `srun --pty`: nobody else would come.
    @ParameterizedTest
    @CsvSource({
        "SLURM_JOB_ID=7 SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NTASKS=4 SLURM_JOB_NODELIST=a",
        "SLURM_JOB_ID=7 SLURM_NTASKS=4 SLURM_JOB_NODELIST=a",
        "SLURM_JOB_ID=7 SLURM_STEP_ID=4294967290 SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_JOB_NODELIST=a",
        "SLURM_JOB_ID=7 SLURM_STEP_ID=4294967291 SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_JOB_NODELIST=a",
        "SLURM_JOB_ID=7 SLURM_STEP_ID=0 SLURM_PROCID=0 SLURM_NTASKS=1 SLURM_JOB_NODELIST=a",
        "PMIX_NAMESPACE=x PMI_FD=3"
    })
    void allocationWithoutRanksIsAWorldOfOne(String variables) {
        assertThat(World.isLaunched(environment(variables))).isFalse();
        assertThat(World.fromEnvironment(environment(variables))).isEqualTo(World.single());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MASTER_ADDR=a                                             | missing=RANK WORLD_SIZE LOCAL_RANK MASTER_PORT
            RANK=0 OMPI_COMM_WORLD_RANK=1                             | set=RANK, missing=WORLD_SIZE LOCAL_RANK MASTER_ADDR MASTER_PORT
            OMPI_COMM_WORLD_RANK=1                                    | missing=OMPI_COMM_WORLD_SIZE OMPI_COMM_WORLD_LOCAL_RANK
            OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=0 OMPI_COMM_WORLD_LOCAL_SIZE=1 | missing=MASTER_ADDR MASTER_PORT
            OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=0 MASTER_ADDR=a | missing=MASTER_PORT
            OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=0 MASTER_ADDR=a MASTER_PORT=9 | RANK=2, WORLD_SIZE=2
            MPI_LOCALRANKID=0 PMI_RANK=0                              | missing=PMI_SIZE
            MPI_LOCALRANKID=0 PMI_RANK=0 PMI_SIZE=2                   | missing=MASTER_ADDR MASTER_PORT
            SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=0             | missing=SLURM_LOCALID SLURM_JOB_ID
            SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=x SLURM_LOCALID=0 SLURM_JOB_ID=7 SLURM_JOB_NODELIST=a | SLURM_PROCID=x
            SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_JOB_ID=7 | missing=MASTER_ADDR MASTER_PORT
            SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_JOB_ID=7 SLURM_JOB_NODELIST=a[1 | nodes=a[1
            """)
    void partOfALaunchersVariablesIsRefusedByName(String variables, String found) {
        assertThatThrownBy(() -> World.fromEnvironment(environment(variables)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            node7                        | node7
            node[003-005,9],login        | node003
            gpu[8,10-12]                 | gpu8
            rack[1-2]n[03-04]-ib,other   | rack1n03-ib
            a,b[1-2]                     | a
            """)
    void firstNodeOfASlurmListIsFound(String list, String first) {
        assertThat(SlurmNodes.first(list)).isEqualTo(first);
    }

    @Test
    void ranksOfAHostAreCounted() {
        assertThat(SlurmNodes.tasks("2(x3),1", 2)).hasValue(2);
        assertThat(SlurmNodes.tasks("2(x3),1", 3)).hasValue(1);
        assertThat(SlurmNodes.tasks("4", 1)).isEqualTo(OptionalInt.empty());
        World third = new World(2, 4, 0, "a", 1);
        assertThat(third.localRanks(environment("RANK=2 LOCAL_WORLD_SIZE=2"))).isEqualTo(2);
        assertThat(third.localRanks(environment("OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_LOCAL_SIZE=3")))
                .isEqualTo(3);
        assertThat(third.localRanks(environment("RANK=2")))
                .as("all may be here")
                .isEqualTo(4);
    }
}
