package dev.penstock.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PrefixThrottleTest {

    private static final int MOST = 64;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final PrefixThrottle throttle = new PrefixThrottle(() -> 0.5);
    private long now = SECOND;

    /// Sends what may be sent, and returns how many that were.
    private int send() {
        int sent = 0;
        while (sent < MOST && throttle.nanosUntilAllowed(now) == 0) {
            throttle.sent();
            sent++;
        }
        return sent;
    }

    private void end(int requests) {
        for (int i = 0; i < requests; i++) {
            throttle.ended();
        }
    }

    /// As many are in flight as may be, and the store refuses one of them and serves the others.
    private void refuse(int inFlight) {
        throttle.ended();
        throttle.throttled(now, now, 0);
        end(inFlight - 1);
    }

    @Test
    void aThrottledPrefixPausesAndGoesOnWithLess() {
        refuse(send());
        assertThat(throttle.nanosUntilAllowed(now)).isEqualTo(SECOND / 10);
        now += SECOND / 10;
        assertThat(send()).isBetween(MOST / 2, MOST * 3 / 4);
    }

    @Test
    void oneBurstDecreasesOnce() {
        int inFlight = send();
        long sent = now;
        now++;
        for (int i = 0; i < inFlight; i++) {
            throttle.ended();
            throttle.throttled(sent, now + i, 0);
        }
        assertThat(throttle.nanosUntilAllowed(now)).isEqualTo(SECOND / 10);
        now += SECOND;
        assertThat(send()).isGreaterThan(MOST / 2);
    }

    @Test
    void pausesGrowWhileThrottlingGoesOnAndAreBounded() {
        long longest = 0;
        for (int burst = 0; burst < 20; burst++) {
            refuse(send());
            long pause = throttle.nanosUntilAllowed(now);
            assertThat(pause).isGreaterThanOrEqualTo(longest);
            longest = pause;
            now += pause;
        }
        assertThat(longest).isEqualTo(5 * SECOND);
        assertThat(send()).isEqualTo(1);
    }

    @Test
    void thePauseComesAfterTheWaitThatTheStoreAskedFor() {
        send();
        throttle.ended();
        throttle.throttled(now, now, 3 * SECOND);
        assertThat(throttle.nanosUntilAllowed(now)).isEqualTo(3 * SECOND + SECOND / 10);
    }

    @Test
    void theLongestWaitOfABurstCounts() {
        send();
        long sent = now;
        now++;
        for (long wait : new long[] {0, 20 * SECOND, 10 * SECOND}) {
            throttle.ended();
            throttle.throttled(sent, now, wait);
        }
        assertThat(throttle.nanosUntilAllowed(now)).isEqualTo(20 * SECOND);
    }

    @Test
    void aLaterRefusalDoesNotShortenAWait() {
        send();
        throttle.ended();
        throttle.throttled(now, now, 20 * SECOND);
        throttle.ended();
        throttle.throttled(now, now, 0);
        assertThat(throttle.nanosUntilAllowed(now)).isEqualTo(20 * SECOND + SECOND / 10);
    }

    @Test
    void servedRequestsBringTheLimitBackInEqualSteps() {
        refuse(send());
        now += SECOND;
        int before = send();
        int turns = 0;
        for (int inFlight = before; inFlight < MOST; turns++) {
            now++;
            for (int i = 0; i < inFlight; i++) {
                throttle.served(now, MOST);
            }
            end(inFlight);
            inFlight = send();
        }
        assertThat(turns).isBetween(2, 5);
        end(MOST);
        assertThat(throttle.idle()).isTrue();
    }
}
