package dev.penstock.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.DivergedException;
import dev.penstock.trainer.checkpoint.Checkpoints;
import dev.penstock.trainer.checkpoint.RunState;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.JavaCommand;
import dev.penstock.trainer.world.LocalRanks;
import dev.penstock.trainer.world.ParentWatch;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Steps whose loss or gradient is not finite.
@Timeout(120)
class SkippedStepsTest {

    private static final StepSettings AT_ONCE = StepSettings.defaults().withResultLag(0);

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    private static TrainingStep alone(SpoiledModel model, StepSettings settings) {
        Collective solo = Collective.join(World.single(), CollectiveTimeouts.defaults());
        return model.step(solo, GradientReduction.overlapped(model.parameters(), solo), settings);
    }

    private static StepOutcome outcome(TrainingStep step, long number, byte kind) {
        return step.train(SpoiledModel.batch(number, kind)).getFirst().outcome();
    }

    @ParameterizedTest
    @ValueSource(bytes = {SpoiledModel.NAN, SpoiledModel.INFINITE_LOSS})
    void aSkippedStepLeavesNoTrace(byte kind) {
        SpoiledModel model = new SpoiledModel();
        TrainingStep step = alone(model, AT_ONCE);
        SpoiledModel spared = new SpoiledModel();
        TrainingStep sparedStep = alone(spared, AT_ONCE);
        outcome(step, 0, SpoiledModel.GOOD);
        outcome(sparedStep, 0, SpoiledModel.GOOD);
        String before = model.state();

        assertThat(outcome(step, 1, kind)).isEqualTo(StepOutcome.SKIPPED);
        assertThat(model.state()).isEqualTo(before);

        assertThat(outcome(step, 2, SpoiledModel.GOOD)).isEqualTo(StepOutcome.APPLIED);
        outcome(sparedStep, 2, SpoiledModel.GOOD);
        assertThat(model.state()).isEqualTo(spared.state()).isNotEqualTo(before);
        assertThat(step.counters().skippedSteps()).isEqualTo(1);
    }

    @Test
    void aCheckpointAfterASkippedStepIsOfTheStateBeforeIt() {
        SpoiledModel model = new SpoiledModel();
        TrainingStep step = alone(model, StepSettings.defaults());
        step.train(SpoiledModel.batch(0, SpoiledModel.GOOD));
        String before = model.state();
        step.train(SpoiledModel.batch(1, SpoiledModel.NAN));
        assertThat(step.settle()).extracting(StepResult::outcome).endsWith(StepOutcome.SKIPPED);
        Checkpoints checkpoints = new Checkpoints(directory, 1);

        checkpoints.save(new RunState(2, "", "", ""), model.parameters(), model.optimizer());
        SpoiledModel resumed = new SpoiledModel();
        checkpoints.latest().orElseThrow().restore(resumed.parameters(), resumed.optimizer());

        assertThat(resumed.state()).isEqualTo(before);
    }

    @Test
    void tooManySkippedStepsInARowEndTheRunAndAreNamed() {
        TrainingStep step = alone(new SpoiledModel(), AT_ONCE.withMaxSkippedSteps(2));
        outcome(step, 0, SpoiledModel.NAN);
        outcome(step, 1, SpoiledModel.NAN);
        outcome(step, 2, SpoiledModel.GOOD);
        outcome(step, 3, SpoiledModel.NAN);
        outcome(step, 4, SpoiledModel.INFINITE_LOSS);

        assertThatThrownBy(() -> outcome(step, 5, SpoiledModel.NAN))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("skippedSteps=[3, 4, 5]");
    }

    @Test
    void resultsComeLateAndTheSteadyStateWaitsForNone() {
        TrainingStep step = alone(new SpoiledModel(), StepSettings.defaults().withResultLag(3));
        List<Long> known = new ArrayList<>();

        for (int i = 0; i < 10; i++) {
            step.train(SpoiledModel.batch(i, SpoiledModel.GOOD)).forEach(result -> known.add(result.step()));
            assertThat(known).hasSize(Math.max(0, i - 2));
        }
        assertThat(step.counters()).isEqualTo(new StepCounters(10, 0, 7, 0));

        step.settle().forEach(result -> known.add(result.step()));
        assertThat(known).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(step.counters().blockingReads()).isEqualTo(1);
    }

    @Test
    void whatIsNotFiniteOnOneRankIsSkippedOnAll() throws Exception {
        new LocalRanks(
                        JavaCommand.like(Rank.class.getName(), List.of(directory.toString())),
                        Map.of(),
                        2,
                        System.out,
                        System.err)
                .run();

        String first = Files.readString(directory.resolve("rank-0"));
        assertThat(first).startsWith("APPLIED SKIPPED SKIPPED APPLIED ").doesNotContain("NaN", "Infinity");
        assertThat(Files.readString(directory.resolve("rank-1"))).isEqualTo(first);
    }

    /// A rank of a run in which the second rank alone has what is not finite.
    static final class Rank {

        private static final byte[] KINDS = {
            SpoiledModel.GOOD, SpoiledModel.NAN, SpoiledModel.INFINITE_LOSS, SpoiledModel.GOOD
        };

        private Rank() {}

        public static void main(String[] arguments) throws IOException {
            ParentWatch.start(System.getenv());
            Libtorch.initialize(1);
            World world = World.fromEnvironment(System.getenv());
            SpoiledModel model = new SpoiledModel();
            StringBuilder told = new StringBuilder();
            try (Collective ranks = Collective.join(world, CollectiveTimeouts.defaults());
                    GradientReduction reduction = GradientReduction.overlapped(model.parameters(), ranks)) {
                TrainingStep step = model.step(ranks, reduction, StepSettings.defaults());
                for (int i = 0; i < KINDS.length; i++) {
                    step.train(SpoiledModel.batch(i, world.isFirst() ? SpoiledModel.GOOD : KINDS[i]));
                }
                step.settle().forEach(result -> told.append(result.outcome()).append(' '));
                Files.writeString(Path.of(arguments[0], "rank-" + world.rank()), told + model.state());
                ranks.barrier();
            }
        }
    }
}
