package dev.penstock.daemon.client;

import java.time.Duration;

/// What a client does when its daemon is gone: tries again, ever less often, until its patience ends.
///
/// @param patience how long a daemon may be away; zero fails at once
/// @param firstWait before the second attempt; each later wait is twice as long
/// @param longestWait between two attempts
public record ReconnectPolicy(Duration patience, Duration firstWait, Duration longestWait) {

    /// A service manager restarts a daemon within seconds; one that is away for minutes is not coming back.
    public static ReconnectPolicy defaults() {
        return new ReconnectPolicy(Duration.ofMinutes(2), Duration.ofMillis(20), Duration.ofSeconds(1));
    }

    /// Fails as soon as the daemon is gone.
    public static ReconnectPolicy never() {
        return new ReconnectPolicy(Duration.ZERO, Duration.ZERO, Duration.ZERO);
    }

    Duration waitAfter(Duration wait) {
        Duration doubled = wait.multipliedBy(2);
        return doubled.compareTo(longestWait) < 0 ? doubled : longestWait;
    }
}
