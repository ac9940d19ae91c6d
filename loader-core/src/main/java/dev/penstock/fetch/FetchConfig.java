package dev.penstock.fetch;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.store.RetryPolicy;
import java.time.Duration;

/// How an origin is read.
///
/// @param maxConnections the most requests in flight; how many there are adapts below it
/// @param hedging whether a late request gets a second one beside it
/// @param giveUpAfter how long a read may fail without progress before its failure is reported; the request under way
///     then is waited for
public record FetchConfig(int maxConnections, Hedging hedging, Duration giveUpAfter) {

    /// With fewer, one stalled connection stops everything.
    public static final int FEWEST_CONNECTIONS = 2;

    /// At 85 to 90 MB/s for each connection, as object stores give, this fills a 40 Gbit/s link.
    public static final int DEFAULT_MAX_CONNECTIONS = 64;

    /// Providers advise to send the slowest 1 to 5 percent of requests again.
    private static final double DEFAULT_HEDGE_SHARE = 0.05;

    /// Above what a client host needs; a larger number is a slip of the finger that would exhaust its ports.
    private static final int MOST_CONNECTIONS = 1 << 12;

    /// Fails with a [ConfigurationException] when a value cannot work.
    public FetchConfig {
        require(
                maxConnections >= FEWEST_CONNECTIONS && maxConnections <= MOST_CONNECTIONS,
                "connections",
                maxConnections,
                "from " + FEWEST_CONNECTIONS + " to " + MOST_CONNECTIONS);
        require(!giveUpAfter.isNegative(), "giveUpAfter", giveUpAfter, "not negative");
    }

    private static void require(boolean holds, String option, Object value, String wanted) {
        if (!holds) {
            throw new ConfigurationException(FailureMessage.of("configuring the origin")
                    .with("option", option)
                    .with("value", value)
                    .with("wanted", wanted));
        }
    }

    /// Hedging within 5 % of the useful bytes, and a minute of patience.
    public static FetchConfig defaults() {
        return new FetchConfig(
                DEFAULT_MAX_CONNECTIONS, new Hedging.NearDeadline(DEFAULT_HEDGE_SHARE), RetryPolicy.PATIENCE);
    }

    public FetchConfig withMaxConnections(int connections) {
        return new FetchConfig(connections, hedging, giveUpAfter);
    }

    public FetchConfig withHedging(Hedging value) {
        return new FetchConfig(maxConnections, value, giveUpAfter);
    }

    public FetchConfig withGiveUpAfter(Duration time) {
        return new FetchConfig(maxConnections, hedging, time);
    }
}
