package dev.penstock.store;

import dev.penstock.error.RetryableException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// A stage around a store that sends requests again while it does not answer, and counts them; for opening and making
/// indexes. What a loader reads has stages of its own.
///
/// A read or a question that is answered too slowly is given up and counts as unanswered; see [SlowestTransfer]. A
/// listing has no such limit, since how long it takes is for the number of objects to say; one that broke off is begun
/// again: its parts are not known to fit together. A read asks only for what is missing, and its patience begins anew
/// where it made progress. Writes are the store's. Errors are those of the store; the last one, once patience is spent.
/// A cancel ends the request, or the wait for the next one.
///
/// Ownership: closing closes the store.
public final class RetriedStore implements ObjectStore {

    /// A server that drops every connection after a few bytes is as good as one that answers none.
    private static final long LEAST_PROGRESS_BYTES = 64 << 10;

    private final ObjectStore store;
    private final Patience patience;
    private final LongAdder requests;

    /// @param requests raised by one for every request sent
    public RetriedStore(ObjectStore store, Patience patience, LongAdder requests) {
        this.store = store;
        this.patience = patience;
        this.requests = requests;
    }

    /// The same store, for questions that can go unanswered.
    public RetriedStore hurried() {
        return new RetriedStore(store, patience.shortened(), requests);
    }

    @Override
    public URI root() {
        return store.root();
    }

    @Override
    public String identity() {
        return store.identity();
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return retried(Mono.defer(() -> SlowestTransfer.stat(store, key, Schedulers.parallel())));
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return retried(Mono.defer(() -> store.list(prefix).collectList())).flatMapIterable(objects -> objects);
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return Mono.defer(() -> {
            long filledBefore = target.filledBytes();
            return retried(SlowestTransfer.read(store, object, offsetBytes, target, Schedulers.parallel()))
                    .onErrorResume(
                            RetryableException.class,
                            failure -> target.filledBytes() - filledBefore >= LEAST_PROGRESS_BYTES
                                    ? read(object, offsetBytes, target)
                                    : Mono.error(failure));
        });
    }

    private <T> Mono<T> retried(Mono<T> request) {
        return patience.retries()
                .around(request.doOnSubscribe(_ -> requests.increment())
                        .doOnError(RetryableException.class, patience.waiting()));
    }

    @Override
    public ObjectWriter write(String key) {
        return store.write(key);
    }

    @Override
    public boolean pins(String version) {
        return store.pins(version);
    }

    @Override
    public Optional<Path> localPath(String key) {
        return store.localPath(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
