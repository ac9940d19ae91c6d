package dev.penstock.order;

import java.util.Objects;

/// A keyed bijection on `[0, size)`, computed for one element at a time.
///
/// Immutable and thread-safe. Not cryptographic: it is mixed enough for statistics, not against an adversary.
final class FeistelPermutation {

    // A Feistel network (Luby and Rackoff, "How to construct pseudorandom permutations", SIAM J. Comput. 1988) over
    // the smallest power of two that holds size. The two halves take turns being changed, so that they may differ in
    // width by one bit and the domain stays below 2 * size. An image outside [0, size) is mapped again until it falls
    // inside (cycle walking: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002), which takes
    // fewer than two evaluations on average from size 3 on, and ends because the element itself lies on its cycle.

    /// Keeps offsets and sums of sizes clear of overflow.
    static final long MAX_SIZE = 1L << 62;

    private final long size;
    private final long key;
    private final int lowBits;
    private final int highBits;
    private final long lowMask;
    private final long lastRoundKey;

    FeistelPermutation(long size, long key) {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("size must be in [1, 2^62], was " + size);
        }
        int bits = Math.max(2, Long.SIZE - Long.numberOfLeadingZeros(size - 1));
        this.size = size;
        this.key = key;
        this.lowBits = (bits + 1) / 2;
        this.highBits = bits / 2;
        this.lowMask = (1L << lowBits) - 1;
        this.lastRoundKey = key + SplitMix64.GAMMA * (2 * roundPairs(bits) - 1);
    }

    /// Narrow halves have few round functions to choose from, so they need more rounds until the images of two
    /// elements are independent.
    private static int roundPairs(int bits) {
        if (bits <= 6) {
            return 12;
        }
        return bits <= 12 ? 5 : 3;
    }

    long size() {
        return size;
    }

    /// Where element `x` goes.
    long apply(long x) {
        Objects.checkIndex(x, size);
        do {
            x = encipher(x);
        } while (x >= size);
        return x;
    }

    /// Which element goes to `y`: `invert(apply(x)) == x`.
    long invert(long y) {
        Objects.checkIndex(y, size);
        do {
            y = decipher(y);
        } while (y >= size);
        return y;
    }

    private long encipher(long x) {
        long low = x & lowMask;
        long high = x >>> lowBits;
        long end = lastRoundKey + SplitMix64.GAMMA;
        for (long round = key; round != end; round += (SplitMix64.GAMMA << 1)) {
            high ^= scramble(round + low, highBits);
            low ^= scramble(round + SplitMix64.GAMMA + high, lowBits);
        }
        return high << lowBits | low;
    }

    private long decipher(long y) {
        long low = y & lowMask;
        long high = y >>> lowBits;
        long end = key - SplitMix64.GAMMA;
        for (long round = lastRoundKey; round != end; round -= (SplitMix64.GAMMA << 1)) {
            low ^= scramble(round + high, lowBits);
            high ^= scramble(round - SplitMix64.GAMMA + low, highBits);
        }
        return high << lowBits | low;
    }

    /// The round function: the top bits of a short finaliser, in which only multiplications carry bits upwards.
    private static long scramble(long x, int bits) {
        long z = x * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 32)) * 0x94D049BB133111EBL;
        return z >>> (Long.SIZE - bits);
    }
}
