package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.RetryableException;
import dev.penstock.tier.Deadline;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StoreRangesTest {

    private final VirtualTime time = new VirtualTime();
    private final SilentStore store = new SilentStore();

    @Test
    void aRequestThatDripsIsGivenUpWithWhatItBrought() {
        Outcome read = Outcome.of(new StoreRanges(store, time.clock, new FetchMeter()), "key", Deadline.NONE);
        time.advance(Duration.ofSeconds(29));
        assertThat(read.ended()).isFalse();
        time.advance(Duration.ofSeconds(2));
        assertThat(read.failure)
                .isInstanceOf(RetryableException.class)
                .hasMessageContaining("key=key, missing=1023 bytes after 30 s");
        assertThat(read.target().filledBytes()).isEqualTo(1);
        assertThat(store.cancelled).isEqualTo(1);
    }

    @Test
    void aServerThatDripsDoesNotKeepAReadForEver() {
        FetchConfig config = FetchConfig.defaults().withHedging(new Hedging.Off());
        FetchMeter meter = new FetchMeter();
        RangeSource stages =
                Origin.stages(new StoreRanges(store, time.clock, meter), config, time.clock, () -> 0.5, meter);
        Outcome read = Outcome.of(stages, "key", Deadline.NONE);
        time.advance(Duration.ofMinutes(3));
        assertThat(read.failure).isInstanceOf(RetryableException.class);
    }
}
