package dev.penstock.store;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/// Requests to a store that are given up when they are answered more slowly than any working store answers, so that
/// another one can bring the rest: stores end connections that are silent, and one that drips is not.
public final class SlowestTransfer {

    /// A hundredth of what object stores give a connection.
    private static final long LEAST_BYTES_PER_SEC = 1_000_000;

    /// Before the first byte, and for small ranges.
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final String REMEDY = "if it persists, check the store and the network";

    private SlowestTransfer() {}

    /// As [ObjectStore#read(ObjectMetadata, long, ReadTarget)]; a [RetryableException] once its time is up.
    public static Mono<Void> read(
            ObjectStore store, ObjectMetadata object, long offsetBytes, ReadTarget target, Scheduler timer) {
        return Mono.defer(() -> {
            Duration longest = GRACE.plusSeconds(missingBytes(target) / LEAST_BYTES_PER_SEC);
            return store.read(object, offsetBytes, target)
                    .timeout(
                            longest,
                            Mono.error(() -> tooSlow(
                                    "object read",
                                    store,
                                    object.key(),
                                    missingBytes(target) + " bytes after " + longest.toSeconds() + " s")),
                            timer);
        });
    }

    /// As [ObjectStore#stat]; a [RetryableException] once its time is up.
    public static Mono<ObjectMetadata> stat(ObjectStore store, String key, Scheduler timer) {
        return store.stat(key)
                .timeout(
                        GRACE,
                        Mono.error(() ->
                                tooSlow("object access", store, key, "the answer after " + GRACE.toSeconds() + " s")),
                        timer);
    }

    private static long missingBytes(ReadTarget target) {
        return target.sizeBytes() - target.filledBytes();
    }

    private static RetryableException tooSlow(String what, ObjectStore store, String key, String missing) {
        return new RetryableException(
                FailureMessage.of(what)
                        .with("uri", store.root())
                        .with("key", key)
                        .with("missing", missing)
                        .remedy(REMEDY),
                null);
    }
}
