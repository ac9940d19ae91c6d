package dev.penstock.daemon.stats;

import dev.penstock.tier.CacheUse;
import dev.penstock.tier.WarmUp;
import java.time.Duration;
import java.util.List;

/// A daemon at one moment.
///
/// @param uptime since it listens
/// @param jobs that have a client, by name
/// @param cache how much of their room the tiers use
/// @param warmUp how far the cache has filled with what its jobs need
public record DaemonStats(
        long pid,
        Duration uptime,
        List<JobStats> jobs,
        List<StreamStats> streams,
        SlotStats slots,
        CacheUse cache,
        WarmUp warmUp) {

    public DaemonStats {
        jobs = List.copyOf(jobs);
        streams = List.copyOf(streams);
    }
}
