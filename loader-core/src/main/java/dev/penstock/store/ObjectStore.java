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
/// Errors: [dev.penstock.error.StoreAccessException] for what is missing or forbidden,
/// [dev.penstock.error.CorruptDataException] for an object that is not the one asked for (size or version differ),
/// [dev.penstock.error.RetryableException] for what a new attempt may mend. A store does not retry by itself.
public interface ObjectStore extends AutoCloseable {

    /// The URI that keys are relative to.
    URI root();

    /// What the store says of one object now.
    Mono<ObjectMetadata> stat(String key);

    /// Every object whose key starts with `prefix`, in ascending order of key (by UTF-16 code unit), each once.
    Flux<ObjectMetadata> list(String prefix);

    /// Fills `destination` with the object's bytes from `offsetBytes` on, or fails; never a part of it.
    ///
    /// Ownership: `destination` belongs to the caller and is written only between subscription and the terminal
    /// signal. After a cancel the store may still write until [#close()] or its own time-out, so a caller that
    /// cancels must not reuse the memory before the returned Mono's `doFinally` of the inner attempt has run;
    /// in practice: let reads finish.
    ///
    /// @param object the state of the object that is wanted; a differing size fails the read
    Mono<Void> read(ObjectMetadata object, long offsetBytes, MemorySegment destination);

    /// Starts writing an object that becomes visible, whole, at [ObjectWriter#commit()].
    ObjectWriter write(String key);

    /// Where the object lies on this host, when it is a plain local file that may be memory-mapped.
    default Optional<Path> localPath(String key) {
        return Optional.empty();
    }

    /// Releases threads and descriptors; reads in flight fail.
    @Override
    void close();
}
