package dev.penstock.store;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// A store as if it were far away: nothing is a local file, requests are counted, and may be late or fail.
///
/// A read that fails has brought half of what it was asked for.
public final class RemoteStore implements ObjectStore {

    private final ObjectStore store;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicInteger stats = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger mostInFlight = new AtomicInteger();
    private final Sinks.Empty<Void> enoughInFlight = Sinks.empty();

    private volatile LongPredicate failing = number -> false;
    private volatile Random delays = new Random(0);
    private volatile int mostDelayMillis;
    private volatile int together = 1;
    private volatile boolean pinning;
    private volatile boolean versioned = true;
    private volatile URI root;
    private volatile String identity;

    public RemoteStore(ObjectStore store) {
        this.store = store;
        this.root = store.root();
        this.identity = store.identity();
    }

    /// Requests fail retryably by their number, from 0 on.
    public RemoteStore failing(LongPredicate numbers) {
        failing = numbers;
        return this;
    }

    public RemoteStore late(int mostMillis, long seed) {
        delays = new Random(seed);
        mostDelayMillis = mostMillis;
        return this;
    }

    /// Answers nothing until so many requests wait at once.
    public RemoteStore answeringTogether(int requestsAtOnce) {
        together = requestsAtOnce;
        return this;
    }

    /// Takes every version for an ETag.
    public RemoteStore pinning() {
        pinning = true;
        return this;
    }

    public RemoteStore withoutVersions() {
        versioned = false;
        return this;
    }

    /// Is reached another way.
    public RemoteStore at(URI uri) {
        root = uri;
        identity = uri.toString();
        return this;
    }

    /// Leads to other objects than its root tells.
    public RemoteStore identifiedBy(String what) {
        identity = what;
        return this;
    }

    public int stats() {
        return stats.get();
    }

    public int reads() {
        return reads.get();
    }

    public long requests() {
        return requests.get();
    }

    public int mostInFlight() {
        return mostInFlight.get();
    }

    @Override
    public URI root() {
        return root;
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return answered(() -> {
            stats.incrementAndGet();
            return store.stat(key).map(found -> versioned ? found : new ObjectMetadata(key, found.sizeBytes(), ""));
        });
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return answered(() -> store.list(prefix).collectList()).flatMapIterable(found -> found);
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return Mono.defer(() -> {
            reads.incrementAndGet();
            long number = requests.getAndIncrement();
            if (!failing.test(number)) {
                return answered(number, () -> store.read(object, offsetBytes, target));
            }
            long filled = target.filledBytes();
            byte[] half = new byte[(int) ((target.sizeBytes() - filled) / 2)];
            MemorySegment memory = MemorySegment.ofArray(half);
            Mono<Void> brought = half.length == 0 ? Mono.empty() : store.read(object, offsetBytes + filled, memory);
            return brought.then(Mono.fromRunnable(() -> target.write(filled, memory.asByteBuffer())))
                    .then(answered(number, Mono::empty));
        });
    }

    @Override
    public ObjectWriter write(String key) {
        return store.write(key);
    }

    @Override
    public boolean pins(String version) {
        return pinning;
    }

    @Override
    public void close() {
        store.close();
    }

    private interface Answer<T> {
        Mono<T> get();
    }

    private <T> Mono<T> answered(Answer<T> answer) {
        return Mono.defer(() -> answered(requests.getAndIncrement(), answer));
    }

    private <T> Mono<T> answered(long number, Answer<T> answer) {
        return Mono.defer(() -> {
            int now = inFlight.incrementAndGet();
            mostInFlight.accumulateAndGet(now, Math::max);
            if (now >= together) {
                enoughInFlight.tryEmitEmpty();
            }
            Mono<?> wait = together > 1 ? enoughInFlight.asMono() : delay();
            Mono<T> answered = failing.test(number) ? Mono.error(failure(number)) : Mono.defer(answer::get);
            return wait.then(answered).doOnTerminate(inFlight::decrementAndGet).doOnCancel(inFlight::decrementAndGet);
        });
    }

    private Mono<?> delay() {
        return mostDelayMillis == 0 ? Mono.empty() : Mono.delay(Duration.ofMillis(delays.nextInt(mostDelayMillis + 1)));
    }

    private static RetryableException failure(long number) {
        return new RetryableException(FailureMessage.of("request").with("number", number), null);
    }
}
