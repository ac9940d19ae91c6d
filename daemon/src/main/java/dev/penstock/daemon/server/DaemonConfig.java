package dev.penstock.daemon.server;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.memory.PageLocking;
import dev.penstock.memory.SlotArena;
import dev.penstock.tier.CacheConfig;
import java.nio.file.Path;

/// What a daemon may use.
///
/// @param socket where it listens; the directory exists
/// @param cache of all jobs together
/// @param fetch how origins are read
/// @param slotBudgetBytes hard limit of the memory that batches of all streams are delivered in
/// @param streamSlotBytes what one stream gets of it, where its first client does not say
/// @param pageLocking whether that memory must be locked
public record DaemonConfig(
        Path socket,
        CacheConfig cache,
        FetchConfig fetch,
        long slotBudgetBytes,
        long streamSlotBytes,
        PageLocking pageLocking) {

    /// Fails with a [ConfigurationException] when a value cannot work.
    public DaemonConfig {
        require(streamSlotBytes >= SlotArena.GRANULE_BYTES, "slots", streamSlotBytes, SlotArena.GRANULE_BYTES);
        require(slotBudgetBytes >= streamSlotBytes, "slot-budget", slotBudgetBytes, streamSlotBytes);
    }

    private static void require(boolean holds, String option, long value, long least) {
        if (!holds) {
            throw new ConfigurationException(FailureMessage.of("configuring the daemon")
                    .with("option", option)
                    .with("value", value)
                    .with("wanted", "at least " + least));
        }
    }
}
