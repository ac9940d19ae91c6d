package dev.penstock.daemon.stats;

import java.time.Duration;
import java.util.OptionalInt;

/// One client that is attached.
///
/// @param rank empty where it gets the batches of all ranks
/// @param stream number of the stream it reads; empty while it is moved to another one
/// @param step of the batch that is announced next
/// @param attached for how long batches have been announced to it
/// @param batches announced to it
/// @param samples in those
/// @param payloadBytes values in those
/// @param held batches it holds: announced and not released
/// @param credits batches it may hold
/// @param lag batches it is behind the fastest client of its stream
/// @param hungry how long, of the time it is attached, it held no batch beyond one that it may be working on
/// @param waitsFor now
public record ClientStats(
        OptionalInt rank,
        OptionalInt stream,
        long step,
        Duration attached,
        long batches,
        long samples,
        long payloadBytes,
        int held,
        int credits,
        long lag,
        Duration hungry,
        WaitsFor waitsFor) {}
