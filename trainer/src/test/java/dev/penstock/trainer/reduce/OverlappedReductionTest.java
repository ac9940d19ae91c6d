package dev.penstock.trainer.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.trainer.reduce.ReductionProgram.Cut;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Tensors;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.JavaCommand;
import dev.penstock.trainer.world.LocalRanks;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What ranks get from reductions that overlap backward, against gradients that this process adds up itself.
@Timeout(180)
class OverlappedReductionTest {

    @TempDir
    private static Path scratch;

    private static Path two = Path.of("");
    private static Path three = Path.of("");

    @BeforeAll
    static void reduceOnTwoAndOnThreeRanks() throws Exception {
        Libtorch.initialize(1);
        two = reduced(2);
        three = reduced(3);
    }

    private static Path reduced(int ranks) throws Exception {
        Path directory = Files.createDirectory(scratch.resolve("ranks-" + ranks));
        ReductionCase.prepare(directory);
        List<String> command = JavaCommand.like(ReductionProgram.class.getName(), List.of(directory.toString()));
        new LocalRanks(command, Map.of(), ranks, System.out, System.err).run();
        return directory;
    }

    @ParameterizedTest
    @EnumSource
    void twoRanksGetTheBitsOfTheSumHoweverTheGradientIsCut(ReductionCase each) throws IOException {
        byte[] expected = bytes(expected(each, 2));

        for (Cut cut : Cut.values()) {
            for (int rank = 0; rank < 2; rank++) {
                assertThat(read(two, "gradients", each, cut, rank))
                        .as("%s on rank %d", cut, rank)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void threeRanksGetEqualBitsWhichRepeatAndAreNearTheSum(ReductionCase each) throws IOException {
        byte[] first = read(three, "gradients", each, Cut.FINE, 0);

        for (int rank = 0; rank < 3; rank++) {
            assertThat(read(three, "gradients", each, Cut.FINE, rank))
                    .as("rank %d", rank)
                    .isEqualTo(first);
            assertThat(read(three, "gradients", each, Cut.AGAIN, rank))
                    .as("again on rank %d", rank)
                    .isEqualTo(first);
        }
        Tensor expected = expected(each, 3);
        Tensor found = torch.empty(expected.numel());
        for (Cut cut : Cut.values()) {
            Tensors.read(three.resolve(ReductionProgram.name("gradients", each, cut, 0)), found);
            assertThat(found.sub(expected).abs().max().item_double()
                            / expected.abs().max().item_double())
                    .as("%s", cut)
                    .isCloseTo(0, within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRankKnowsTheLossAndTheTargetsOfAll(ReductionCase each) throws IOException {
        Tensor expected = torch.zeros(2).to(torch.ScalarType.Double);
        for (int rank = 0; rank < 2; rank++) {
            expected.add_(local(each, rank).reduced().totals());
        }

        for (int rank = 0; rank < 2; rank++) {
            assertThat(read(two, "totals", each, Cut.FINE, rank)).isEqualTo(bytes(expected));
        }
    }

    @Test
    void allBucketsDepartWithinTheLastBackwardAndNoneBefore() throws IOException {
        for (ReductionCase each :
                List.of(ReductionCase.UNEQUAL_UNITS, ReductionCase.TIED_PARAMETERS, ReductionCase.MODULE)) {
            String[] departed = departed(each, 0);
            String all = departed[1];

            assertThat(Integer.parseInt(all)).as("buckets of %s", each).isGreaterThan(1);
            assertThat(departed[0]).as("%s", each).isEqualTo("0 0 " + all);
            assertThat(departed(each, 1)[0]).as("%s", each).isEqualTo(all);
        }
    }

    @Test
    void whatIsNotFinalWithinBackwardDepartsAfterIt() throws IOException {
        assertThat(departed(ReductionCase.EMPTY_RANK, 1)[0]).isEmpty();
        assertThat(departed(ReductionCase.LAST_UNIT_WITHOUT_A_TARGET, 1)[0]).isEqualTo("0 0");
        assertThat(departed(ReductionCase.UNUSED_PARAMETERS, 0)[0]).isEqualTo("0 0 0");
        assertThat(departed(ReductionCase.UNUSED_PARAMETERS, 1)[0]).isEqualTo("1");
    }

    private record Local(ReductionCase.Fixture fixture, Reduced reduced) {}

    private static Local local(ReductionCase each, int rank) {
        ReductionCase.Fixture fixture = each.fixture(two, rank);
        Collective alone = Collective.join(World.single(), CollectiveTimeouts.defaults());
        GradientReduction reduction = GradientReduction.overlapped(fixture.parameters(), alone);
        return new Local(fixture, ReductionCase.reduce(reduction, fixture.loss(), each.units(rank), () -> {}));
    }

    private static Tensor expected(ReductionCase each, int ranks) {
        Tensor sum = local(each, 0).fixture().parameters().gradients().clone();
        for (int rank = 1; rank < ranks; rank++) {
            sum.add_(local(each, rank).fixture().parameters().gradients());
        }
        return sum;
    }

    private static String[] departed(ReductionCase each, int rank) throws IOException {
        return Files.readString(two.resolve(ReductionProgram.name("departed", each, Cut.FINE, rank)))
                .split(" ?of ", 2);
    }

    private static byte[] read(Path directory, String what, ReductionCase each, Cut cut, int rank) throws IOException {
        return Files.readAllBytes(directory.resolve(ReductionProgram.name(what, each, cut, rank)));
    }

    private static byte[] bytes(Tensor tensor) throws IOException {
        Path file = Files.createTempFile(scratch, "expected", "");
        Files.delete(file);
        Tensors.write(tensor, file);
        return Files.readAllBytes(file);
    }
}
