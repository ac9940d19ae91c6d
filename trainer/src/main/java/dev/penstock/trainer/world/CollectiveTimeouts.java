package dev.penstock.trainer.world;

import java.time.Duration;

/// How long a rank waits for the others.
///
/// @param join until all have come
/// @param call until a collective call is complete; covers the slowest rank's wait for its next batch
public record CollectiveTimeouts(Duration join, Duration call) {

    /// A dead rank is noticed at once, by its closed connection; `call` bounds only one that hangs.
    public static CollectiveTimeouts defaults() {
        return new CollectiveTimeouts(Duration.ofSeconds(60), Duration.ofMinutes(2));
    }
}
