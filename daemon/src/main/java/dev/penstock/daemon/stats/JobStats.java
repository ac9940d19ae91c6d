package dev.penstock.daemon.stats;

import java.util.List;
import java.util.OptionalLong;

/// One job that has a client.
///
/// @param job its name, as its clients say it: show it to nobody as it is
/// @param ranks that are attached
/// @param committed step of its last commit
/// @param waitsFor now: what keeps one of its ranks waiting, since the others then wait for that one
public record JobStats(
        String job, List<Integer> ranks, OptionalLong committed, WaitsFor waitsFor, List<ClientStats> clients) {

    public JobStats {
        ranks = List.copyOf(ranks);
        clients = List.copyOf(clients);
    }

    /// A job of these clients, of which there is one at least.
    public static JobStats of(String job, List<Integer> ranks, OptionalLong committed, List<ClientStats> clients) {
        WaitsFor waitsFor = clients.stream()
                .map(ClientStats::waitsFor)
                .filter(WaitsFor::isDaemon)
                .findFirst()
                .orElse(clients.getFirst().waitsFor());
        return new JobStats(job, ranks, committed, waitsFor, clients);
    }
}
