package dev.penstock.bench.daemon.soak;

/// How long a soak is, and what it does.
///
/// @param kills in all, of clients and of the daemon
/// @param jobs clients at a time
/// @param seed of what the clients read, and of who is killed when
public record SoakPlan(int kills, int jobs, long seed) {}
