package dev.penstock.cli.train;

import static dev.penstock.trainer.StepOutcome.APPLIED;
import static dev.penstock.trainer.StepOutcome.NO_TARGET;
import static dev.penstock.trainer.StepOutcome.SKIPPED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.DivergedException;
import dev.penstock.trainer.StepOutcome;
import dev.penstock.trainer.StepResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningTest {

    private static final boolean CONTINUED = true;

    private static Learning learning(int steps, boolean continued) {
        return new Learning(new Checkpointing(2, 2), steps, continued);
    }

    /// The numbers of steps after which a checkpoint is written.
    private static List<Integer> saves(Learning learning, StepOutcome... outcomes) {
        List<Integer> saves = new ArrayList<>();
        List<StepResult> pending = new ArrayList<>();
        for (int step = 0; step < outcomes.length; step++) {
            pending.add(new StepResult(step, outcomes[step], 1, 1, 1, 1, 0, 0, 0, 0));
            if (learning.settles(step + 1)) {
                learning.saw(pending);
                pending.clear();
            }
            if (learning.saves()) {
                saves.add(step + 1);
            }
        }
        return saves;
    }

    @Test
    void checkpointsAreWrittenWhereTheyAreDueWhileStepsAreApplied() {
        assertThat(saves(learning(5, !CONTINUED), APPLIED, APPLIED, APPLIED, APPLIED, APPLIED))
                .containsExactly(2, 4, 5);
        assertThat(saves(learning(4, !CONTINUED), APPLIED, NO_TARGET, SKIPPED, APPLIED))
                .containsExactly(2, 4);
    }

    @Test
    void aCheckpointThatIsDueAfterASkippedStepWaitsForOneThatIsApplied() {
        assertThat(saves(learning(9, CONTINUED), APPLIED, SKIPPED, SKIPPED, SKIPPED, APPLIED, APPLIED, APPLIED))
                .containsExactly(5, 6);
        assertThat(saves(learning(4, CONTINUED), APPLIED, APPLIED, APPLIED, SKIPPED))
                .containsExactly(2);
    }

    @Test
    void aRunWithoutAnAppliedStepHasNoCheckpointAndFails() {
        Learning learning = learning(4, !CONTINUED);

        assertThat(saves(learning, NO_TARGET, SKIPPED, SKIPPED, NO_TARGET)).isEmpty();
        assertThatThrownBy(learning::requireLearned)
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("skippedSteps=2, stepsWithoutTarget=2; nothing was learned");
    }

    @Test
    void aContinuedRunLearnedBeforeAndOneWithoutAStepHasNothingToLearn() {
        Learning continued = learning(2, CONTINUED);
        saves(continued, SKIPPED, NO_TARGET);

        assertThatCode(continued::requireLearned).doesNotThrowAnyException();
        assertThatCode(learning(0, !CONTINUED)::requireLearned).doesNotThrowAnyException();
    }
}
