package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// The objects of every bucket, in S3's order of keys. Any thread.
final class Buckets {

    /// By the bytes of UTF-8, which for some characters is not the order of Java's strings.
    private static final Comparator<String> BY_UTF8 =
            (left, right) -> Arrays.compareUnsigned(left.getBytes(UTF_8), right.getBytes(UTF_8));

    private final Map<String, NavigableMap<String, StoredEntry>> buckets = new ConcurrentHashMap<>();
    private final InstantSource clock;

    Buckets(List<String> names, InstantSource clock) {
        this.clock = clock;
        names.forEach(name -> buckets.put(name, new ConcurrentSkipListMap<>(BY_UTF8)));
    }

    NavigableMap<String, StoredEntry> bucket(String name) {
        NavigableMap<String, StoredEntry> bucket = buckets.get(name);
        if (bucket == null) {
            throw new RefusedException(S3Error.NO_SUCH_BUCKET);
        }
        return bucket;
    }

    Optional<StoredEntry> find(String bucket, String key) {
        return Optional.ofNullable(bucket(bucket).get(key));
    }

    StoredEntry require(String bucket, String key) {
        return find(bucket, key).orElseThrow(() -> new RefusedException(S3Error.NO_SUCH_KEY));
    }

    StoredEntry put(String bucket, String key, Content content) {
        StoredEntry entry =
                new StoredEntry(content, Instant.ofEpochSecond(clock.instant().getEpochSecond()));
        bucket(bucket).put(key, entry);
        return entry;
    }

    void delete(String bucket, String key) {
        bucket(bucket).remove(key);
    }
}
