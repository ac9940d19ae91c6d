package dev.penstock.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.tier.CacheConfig;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CacheForecastTest {

    private static final int MIB = 1 << 20;

    /// 512 MiB of RAM in blocks of 8 MiB.
    private static CacheForecast forecast(long shardBytes) {
        long[] shards = new long[1000];
        Arrays.fill(shards, shardBytes);
        return CacheForecast.of(shards, CacheConfig.defaults());
    }

    @Test
    void smallShardsLeaveHalfOfTheCacheEmptyAndTheForecastSaysWhatHelps() {
        CacheForecast forecast = forecast(4 * MIB);
        assertThat(forecast.emptyShare()).isEqualTo(0.5);
        assertThat(forecast.lines())
                .last()
                .isEqualTo("cache: 50.0 % of it stays empty, as blocks of 8,192 KiB are larger than the rests of"
                        + " shards; --block 4096K holds more, for more requests");
    }

    @Test
    void aShardALittleLargerThanABlockAsksForMuchSmallerOnes() {
        CacheForecast forecast = forecast(4 * MIB + 10_240);
        assertThat(forecast.emptyShare()).isCloseTo(0.5, within(0.01));
        assertThat(forecast.snugBlockBytes()).isEqualTo(MIB / 2);
    }

    @Test
    void largeShardsAreNotRemarkedOn() {
        assertThat(forecast(100 * MIB).lines()).noneMatch(line -> line.contains("stays empty"));
    }

    @Test
    void aCacheThatHoldsEverythingIsNotRemarkedOn() {
        CacheForecast forecast = CacheForecast.of(new long[] {MIB, MIB}, CacheConfig.defaults());
        assertThat(forecast.lines()).noneMatch(line -> line.contains("stays empty"));
    }
}
