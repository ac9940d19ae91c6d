package dev.penstock.bench.s3server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void grantsTheBurstAtOnceAndThenTheRate() {
        TokenBucket bucket = new TokenBucket(10, 5);
        for (int token = 0; token < 5; token++) {
            assertThat(bucket.reserve(1, 0)).isZero();
        }
        assertThat(bucket.reserve(1, 0)).isZero();
        assertThat(bucket.reserve(1, 0)).isEqualTo(SECOND / 10);
        assertThat(bucket.reserve(1, 0)).isEqualTo(2 * SECOND / 10);
    }

    @Test
    void aQuietTimeSavesNoMoreThanTheBurst() {
        TokenBucket bucket = new TokenBucket(10, 5);
        long now = 100 * SECOND;
        int taken = 0;
        while (bucket.take(1, now)) {
            taken++;
        }
        assertThat(taken).isEqualTo(5);
        assertThat(bucket.take(1, now + SECOND / 10)).isTrue();
        assertThat(bucket.take(1, now + SECOND / 10)).isFalse();
    }
}
