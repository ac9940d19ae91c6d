package dev.penstock.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.laws.RoundRobinAssigner;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AssignerTimelineTest {

    private final Supplier<RankAssigner> first = dealing(1);
    private final Supplier<RankAssigner> second = dealing(2);
    private final Supplier<RankAssigner> third = dealing(3);

    private static Supplier<RankAssigner> dealing(int itemsPerMicroBatch) {
        return () -> new RoundRobinAssigner(itemsPerMicroBatch);
    }

    @Test
    void eachStepHasTheLatestAssignerBeforeIt() {
        AssignerTimeline timeline = new AssignerTimeline(first);
        timeline.change(5, second);
        timeline.change(9, third);
        timeline.decideUntil(20);

        assertThat(timeline.at(0)).isSameAs(first);
        assertThat(timeline.at(4)).isSameAs(first);
        assertThat(timeline.at(5)).isSameAs(second);
        assertThat(timeline.at(8)).isSameAs(second);
        assertThat(timeline.at(19)).isSameAs(third);
        assertThat(timeline.decidedEnd()).isEqualTo(20);
    }

    @Test
    void whatIsDecidedNeverChanges() {
        AssignerTimeline timeline = new AssignerTimeline(first);
        timeline.decideUntil(5);
        timeline.change(6, second);
        timeline.decideUntil(3);

        assertThatThrownBy(() -> timeline.change(4, second)).hasMessageContaining("steps before 5 are");
        assertThatThrownBy(() -> timeline.change(5, third)).hasMessageContaining("last change is at step 6");
        assertThatThrownBy(() -> AssignerTimeline.always(first).change(1L << 40, second))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void listenersHearOfEachDecisionUntilTheyLeave() {
        AtomicInteger heard = new AtomicInteger();
        Runnable listener = heard::incrementAndGet;
        AssignerTimeline timeline = new AssignerTimeline(first);
        timeline.addListener(listener);
        timeline.decideUntil(1);
        timeline.decideUntil(2);
        timeline.removeListener(listener);
        timeline.decideUntil(3);

        assertThat(heard).hasValue(2);
    }
}
