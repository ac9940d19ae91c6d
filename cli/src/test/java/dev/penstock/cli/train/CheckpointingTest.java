package dev.penstock.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CheckpointingTest {

    @Test
    void checkpointIsDueEverySoManyStepsAndAtTheEnd() {
        Checkpointing checkpointing = new Checkpointing(5, 2);

        assertThat(LongStream.rangeClosed(1, 12).filter(step -> checkpointing.isDue(step, 12)))
                .containsExactly(5L, 10L, 12L);
    }
}
