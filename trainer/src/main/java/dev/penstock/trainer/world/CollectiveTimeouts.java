package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.time.Duration;

/// How long a rank waits for the others.
///
/// @param join until all have come
/// @param call until a collective call is complete: how late a rank may come that is alive, waiting for its next batch
///     for instance
/// @param silence until a rank of which nothing is heard is given up; a process that is stopped, or collects garbage,
///     says nothing
public record CollectiveTimeouts(Duration join, Duration call, Duration silence) {

    private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(2);

    public CollectiveTimeouts {
        if (silence.compareTo(SHORTEST_SILENCE) < 0) {
            throw new ConfigurationException(FailureMessage.of("rank timeout")
                    .with("seconds", silence.toSeconds())
                    .remedy("must be at least " + SHORTEST_SILENCE.toSeconds() + ": ranks are heard every second"));
        }
    }

    /// A process that ends is noticed at once, by its closed connections; the limits are for those that hang.
    public static CollectiveTimeouts defaults() {
        return new CollectiveTimeouts(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofSeconds(20));
    }

    /// The same with another limit of silence.
    public CollectiveTimeouts withSilence(Duration other) {
        return new CollectiveTimeouts(join, call, other);
    }
}
