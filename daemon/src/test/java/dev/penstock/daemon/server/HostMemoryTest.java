package dev.penstock.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.memory.PageLocking;
import dev.penstock.tier.CacheConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HostMemoryTest {

    private static DaemonConfig config(long ramBytes, long slotBytes) {
        return new DaemonConfig(
                Path.of("socket"),
                CacheConfig.defaults().withRamBytes(ramBytes),
                FetchConfig.defaults(),
                slotBytes,
                1L << 20,
                PageLocking.OFF);
    }

    @Test
    void budgetsThatFitTogetherPass() {
        assertThatCode(() -> new HostMemory(3L << 30).requireRoomFor(config(2L << 30, 1L << 30)))
                .doesNotThrowAnyException();
    }

    @Test
    void budgetsThatFitOnlyOneByOneAreRefusedWithTheirSum() {
        assertThatThrownBy(() -> new HostMemory(3L << 30).requireRoomFor(config(2L << 30, 2L << 30)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("configuring the daemon failed: ramBytes=2147483648, slotBudgetBytes=2147483648,"
                        + " sumBytes=4294967296, memoryBytes=3221225472; give --ram and --slot-budget less than this"
                        + " host or container has");
    }

    @Test
    void aSumThatNoLongHoldsIsRefused() {
        assertThatThrownBy(() ->
                        new HostMemory(Long.MAX_VALUE).requireRoomFor(config(Long.MAX_VALUE - 7, Long.MAX_VALUE - 7)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("sumBytes=18446744073709551600");
    }

    @Test
    void thisHostHasSomeMemory() {
        assertThat(HostMemory.ofThisHost().bytes()).isPositive();
    }
}
