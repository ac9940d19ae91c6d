package dev.penstock.store;

import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Objects below one root URI, read by range into memory the caller owns.
///
/// Threading: every method may be called from any thread and returns without blocking; the work happens on the
/// store's own threads after subscription, and signals arrive on them.
///
/// Keys are relative paths without empty parts, `.` or `..`; any other is refused.
///
/// Errors: [dev.penstock.error.StoreAccessException] for what is missing or forbidden,
/// [dev.penstock.error.CorruptDataException] for an object that is not the one asked for (size or version differ) or
/// has no such range,
/// [dev.penstock.error.RetryableException] for what a new attempt may mend. A store does not retry by itself.
public interface ObjectStore extends AutoCloseable {

    /// The URI that keys are relative to.
    URI root();

    /// What tells this store's objects from those of every other, for what is kept of them between runs: all that
    /// leads to them, [#root()] and whatever it leaves out, such as an endpoint that the environment names. It may hold
    /// a secret: only its digest may be shown or written.
    default String identity() {
        return root().toString();
    }

    /// What the store says of one object now.
    Mono<ObjectMetadata> stat(String key);

    /// Every object whose key starts with `prefix`, in ascending order of key (by UTF-16 code unit), each once.
    Flux<ObjectMetadata> list(String prefix);

    /// Reads what `target` is missing of the object's bytes from `offsetBytes` on; completes when it is full, or when
    /// it was closed.
    ///
    /// The range begins where the target is filled to at subscription. Bytes that arrive stay in the target when the
    /// read fails, so that another one asks for the rest. A cancel, and a target that wants no more, end the request.
    ///
    /// @param object the state of the object that is wanted; a differing size fails the read, and so does a differing
    ///     version where both sides have one
    /// @param offsetBytes where in the object the target's first byte lies
    Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target);

    /// Fills `destination` with the object's bytes from `offsetBytes` on, or fails.
    ///
    /// Ownership: `destination` belongs to the caller; it must be accessible from any thread, and native or over a
    /// `byte[]`. It is written only between subscription and the terminal signal or the return of a cancel.
    ///
    /// @param object as in [#read(ObjectMetadata, long, ReadTarget)]
    default Mono<Void> read(ObjectMetadata object, long offsetBytes, MemorySegment destination) {
        return Mono.defer(() -> {
            ReadTarget target = new ReadTarget(destination);
            return read(object, offsetBytes, target).doFinally(_ -> target.close());
        });
    }

    /// Starts writing an object that becomes visible, whole, at [ObjectWriter#commit()].
    ObjectWriter write(String key);

    /// Whether `version` is of the kind this store gives and names the object's bytes wherever it was seen, such as an
    /// ETag: then reads may be held to it without asking the store for the present one. A modification time is not.
    default boolean pins(String version) {
        return false;
    }

    /// Where the object lies on this host, when it is a plain local file that may be memory-mapped.
    default Optional<Path> localPath(String key) {
        return Optional.empty();
    }

    /// Releases threads and descriptors. Reads in flight fail, and when this returns none of them writes any more;
    /// only a close on one of the store's own threads does not wait. Later use fails with a
    /// [dev.penstock.error.StoreAccessException].
    @Override
    void close();
}
