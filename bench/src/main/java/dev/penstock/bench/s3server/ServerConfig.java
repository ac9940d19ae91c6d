package dev.penstock.bench.s3server;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/// What a server is before anything goes wrong.
///
/// @param buckets that exist
/// @param keys that are accepted; more can be added while the server runs
/// @param access whether reads must be signed
/// @param transport of all connections
/// @param clockOffset how far the server's clock is ahead of this machine's
/// @param pageKeys most keys in one page of a listing
/// @param faults from the first request on
public record ServerConfig(
        List<String> buckets,
        List<AccessKey> keys,
        Access access,
        Transport transport,
        Duration clockOffset,
        int pageKeys,
        Faults faults)
        implements Serializable {

    /// The page size of S3 itself.
    private static final int PAGE_KEYS = 1000;

    /// Who may read.
    public enum Access {
        SIGNED,
        /// Reads need no signature, as from a public bucket; one that is there is verified all the same.
        PUBLIC_READ
    }

    /// How bytes travel.
    public enum Transport {
        PLAIN,
        /// Under a certificate for `localhost` and 127.0.0.1 that the server signed itself.
        TLS
    }

    public ServerConfig {
        buckets = List.copyOf(buckets);
        keys = List.copyOf(keys);
        if (pageKeys < 1) {
            throw new IllegalArgumentException("a page needs at least 1 key, not " + pageKeys);
        }
    }

    /// One bucket, signed requests only, in the clear, without faults.
    public static ServerConfig of(String bucket, AccessKey key) {
        return new ServerConfig(
                List.of(bucket), List.of(key), Access.SIGNED, Transport.PLAIN, Duration.ZERO, PAGE_KEYS, Faults.none());
    }

    public ServerConfig withAccess(Access value) {
        return new ServerConfig(buckets, keys, value, transport, clockOffset, pageKeys, faults);
    }

    public ServerConfig withTransport(Transport value) {
        return new ServerConfig(buckets, keys, access, value, clockOffset, pageKeys, faults);
    }

    public ServerConfig withClockOffset(Duration value) {
        return new ServerConfig(buckets, keys, access, transport, value, pageKeys, faults);
    }

    public ServerConfig withPageKeys(int value) {
        return new ServerConfig(buckets, keys, access, transport, clockOffset, value, faults);
    }

    public ServerConfig withFaults(Faults value) {
        return new ServerConfig(buckets, keys, access, transport, clockOffset, pageKeys, value);
    }
}
