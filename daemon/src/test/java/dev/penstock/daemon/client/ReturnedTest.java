package dev.penstock.daemon.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReturnedTest {

    private static final long MEMORY_BYTES = 64 << 20;

    private final Returned returned = new Returned();

    @Test
    void smallBatchesGoTogetherUpToAQuarterOfTheCredits() {
        for (long ticket = 1; ticket <= 3; ticket++) {
            returned.add(ticket, 1);
            assertThat(returned.isDue(16, MEMORY_BYTES)).isFalse();
        }
        returned.add(4, 1);
        assertThat(returned.isDue(16, MEMORY_BYTES)).isTrue();
        assertThat(returned.takeAll()).containsExactly(1, 2, 3, 4);
        assertThat(returned.takeAll()).isEmpty();
        returned.add(5, 1);
        assertThat(returned.isDue(16, MEMORY_BYTES)).isFalse();
    }

    @Test
    void aClientOfFewCreditsKeepsNoneBack() {
        returned.add(1, 1);
        assertThat(returned.isDue(4, MEMORY_BYTES)).isTrue();
    }

    @Test
    void aPartOfTheMemoryThatTheLoaderWouldMissIsNotKeptBack() {
        returned.add(1, MEMORY_BYTES / 32 - 1);
        assertThat(returned.isDue(1024, MEMORY_BYTES)).isFalse();
        returned.add(2, 1);
        assertThat(returned.isDue(1024, MEMORY_BYTES)).isTrue();
        returned.takeAll();
        returned.add(3, 1);
        assertThat(returned.isDue(1024, MEMORY_BYTES)).isFalse();
    }
}
