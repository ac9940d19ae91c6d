package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class GradientLimitTest {

    private static final long BLOCK_BYTES = 8 << 20;
    private static final double UNLOADED_NANOS = 200e6;

    private final GradientLimit gradient = new GradientLimit(2, 64, 0);
    private long now;

    /// Turns the limit over so many times; a request takes as long as the function says for what is in flight.
    private void turnOver(int times, IntToDoubleFunction nanos) {
        for (int turn = 0; turn < times; turn++) {
            int inFlight = gradient.limit();
            gradient.reached();
            long sent = ++now;
            for (int request = 0; request < Math.max(16, inFlight); request++) {
                long taken = (long) nanos.applyAsDouble(inFlight);
                now = Math.max(now, sent + taken);
                gradient.served(BLOCK_BYTES, sent, sent + taken);
            }
        }
    }

    @Test
    void limitGrowsToItsMaximumWhileNothingQueues() {
        turnOver(20, inFlight -> UNLOADED_NANOS);
        assertThat(gradient.limit()).isEqualTo(64);
    }

    @Test
    void limitSettlesALittleAboveWhatSaturatesThePath() {
        for (int saturating : new int[] {3, 10, 20}) {
            GradientLimitTest path = new GradientLimitTest();
            path.turnOver(1000, inFlight -> UNLOADED_NANOS * Math.max(1, (double) inFlight / saturating));
            assertThat(path.gradient.limit())
                    .as("saturated by %d", saturating)
                    .isBetween(saturating, (int) (1.5 * saturating + 4));
        }
    }

    @Test
    void stalledResponsesAreNoQueue() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        turnOver(300, inFlight -> random.nextDouble() < 0.2 ? 10 * UNLOADED_NANOS : UNLOADED_NANOS);
        assertThat(gradient.limit()).as("seed %s", seed).isGreaterThan(55);
    }

    @Test
    void aSlowerPathIsLearned() {
        turnOver(50, inFlight -> UNLOADED_NANOS);
        turnOver(250, inFlight -> 4 * UNLOADED_NANOS);
        assertThat(gradient.limit()).isEqualTo(64);
    }

    @Test
    void aLimitThatIsNotReachedStays() {
        int before = gradient.limit();
        for (int request = 0; request < 1000; request++) {
            long sent = ++now;
            now += (long) UNLOADED_NANOS;
            gradient.served(BLOCK_BYTES, sent, now);
        }
        assertThat(gradient.limit()).isEqualTo(before);
    }

    @Test
    void shortRequestsDoNotLookLikeAQueue() {
        for (int request = 0; request < 3000; request++) {
            gradient.reached();
            long sent = ++now;
            now += (long) UNLOADED_NANOS;
            gradient.served(request % 4 == 0 ? BLOCK_BYTES : 100, sent, now);
        }
        assertThat(gradient.limit()).isEqualTo(64);
    }
}
