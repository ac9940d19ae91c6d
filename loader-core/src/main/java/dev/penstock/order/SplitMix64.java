package dev.penstock.order;

/// The 64-bit mixer behind every key of the order.
///
/// Constants: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014 (variant 13 of
/// Stafford's finalisers).
final class SplitMix64 {

    /// The odd integer nearest to 2^64 / golden ratio; steps of it visit every 64-bit value.
    static final long GAMMA = 0x9E3779B97F4A7C15L;

    private SplitMix64() {}

    /// A bijection in which every input bit flips about half of the output bits.
    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /// The key of one permutation; for a fixed seed and epoch, different streams have different keys.
    static long key(long seed, long epoch, long stream) {
        long key = mix(seed + GAMMA);
        key = mix((key ^ epoch) + GAMMA);
        return mix((key ^ stream) + GAMMA);
    }
}
