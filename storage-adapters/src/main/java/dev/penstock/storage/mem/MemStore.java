package dev.penstock.storage.mem;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.storage.BlockingCalls;
import dev.penstock.storage.ObjectKeys;
import dev.penstock.storage.ReadChecks;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Objects in off-heap memory of this process.
///
/// A read copies from the version that was current when it started; an overwrite never changes bytes under it.
final class MemStore implements ObjectStore {

    /// Copies are bound by memory bandwidth, which a few threads use up.
    private static final int THREAD_COUNT = 4;

    /// Bounds how long an abandoned read keeps writing: about a millisecond.
    private static final long PIECE_BYTES = 8L << 20;

    private final URI root;
    private final ConcurrentNavigableMap<String, MemObject> objects;
    private final BlockingCalls calls;

    MemStore(URI root, ConcurrentNavigableMap<String, MemObject> objects) {
        this.root = root;
        this.objects = objects;
        this.calls = new BlockingCalls(root, "penstock-mem", THREAD_COUNT);
    }

    @Override
    public URI root() {
        return root;
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return calls.mono(_ -> find(key).metadata());
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return calls.<List<ObjectMetadata>>mono(_ -> {
                    List<ObjectMetadata> found = new ArrayList<>();
                    for (MemObject object : objects.tailMap(prefix, true).values()) {
                        if (!object.metadata().key().startsWith(prefix)) {
                            break;
                        }
                        found.add(object.metadata());
                    }
                    return found;
                })
                .flatMapIterable(found -> found);
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return calls.mono(abandoned -> {
            ReadChecks.requireRange(root, object, offsetBytes, target.sizeBytes());
            MemObject found = find(object.key());
            ReadChecks.requireSame(root, object, found.metadata());
            boolean wanted = target.wanted();
            for (long done = target.filledBytes(); wanted && !abandoned.getAsBoolean(); done += PIECE_BYTES) {
                long pieceBytes = Math.min(PIECE_BYTES, target.sizeBytes() - done);
                wanted = target.write(
                        done,
                        found.bytes().asSlice(offsetBytes + done, pieceBytes).asByteBuffer());
            }
            return null;
        });
    }

    @Override
    public ObjectWriter write(String key) {
        calls.requireOpen();
        ObjectKeys.requireInside(root, key);
        return new MemWriter(root, key, objects);
    }

    @Override
    public void close() {
        calls.close();
    }

    private MemObject find(String key) {
        ObjectKeys.requireInside(root, key);
        MemObject object = objects.get(key);
        if (object == null) {
            throw new ObjectMissingException(
                    FailureMessage.of("object access")
                            .with("uri", root)
                            .with("key", key)
                            .with("found", "no such object")
                            .remedy("check the key, or write the object first"),
                    null);
        }
        return object;
    }
}
