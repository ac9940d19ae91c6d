package dev.penstock.daemon.stats;

import dev.penstock.loader.Holdup;
import java.util.Locale;

/// What a client, or a job, waits for at one moment.
public enum WaitsFor {
    /// Its own trainer, which has a batch ready that it did not come to yet.
    TRAINER,
    /// The planner.
    PLAN,
    /// Room in the slots of its stream, which clients hold.
    SLOT,
    /// Room in the RAM tier.
    RAM,
    /// Bytes from the origin.
    ORIGIN,
    /// Bytes from the disk tier.
    DISK,
    /// Copying and verifying.
    DECODE,
    /// An announcement that is about to be made, or a stream of its own that it is being moved to.
    STREAM,
    /// Nothing: it had the last batch of its run, or of a stream that failed.
    END;

    public static WaitsFor of(Holdup holdup) {
        return switch (holdup) {
            case PLAN -> PLAN;
            case SLOT -> SLOT;
            case RAM -> RAM;
            case ORIGIN -> ORIGIN;
            case DISK -> DISK;
            case DECODE -> DECODE;
        };
    }

    /// Whether the daemon keeps it waiting.
    public boolean isDaemon() {
        return this != TRAINER && this != END;
    }

    /// As it is written in the protocol and shown to people.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
