package dev.penstock.trainer.reduce;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// How much of a gradient the ranks sum in one call.
///
/// @param firstBytes of the first bucket, which is small so that the network has work early
/// @param bytes of each other; a parameter is never divided, so a bucket may be larger
public record BucketSizes(long firstBytes, long bytes) {

    public BucketSizes {
        if (firstBytes < 1 || bytes < 1) {
            throw new ConfigurationException(FailureMessage.of("gradient buckets")
                    .with("firstBytes", firstBytes)
                    .with("bytes", bytes)
                    .remedy("must be at least 1"));
        }
    }

    /// Those of PyTorch's DistributedDataParallel.
    public static BucketSizes defaults() {
        return new BucketSizes(1 << 20, 25 << 20);
    }

    /// The whole gradient in one call, after the last backward: no overlap.
    public static BucketSizes whole() {
        return new BucketSizes(Long.MAX_VALUE, Long.MAX_VALUE);
    }
}
