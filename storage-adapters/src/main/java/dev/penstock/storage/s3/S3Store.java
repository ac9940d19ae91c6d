package dev.penstock.storage.s3;

import dev.penstock.storage.ReadChecks;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import java.net.URI;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Objects of one bucket below one prefix; an object's version is its ETag, quotes included.
///
/// A read is one GET of the missing range, held to the wanted version with `If-Match`, and its bytes are copied once:
/// from the receive buffer into the target. Objects whose keys are no relative paths, such as the `dir/` that consoles
/// create as folders, are not listed.
final class S3Store implements ObjectStore {

    private final S3Location.Addressing addressing;
    private final S3Keys keys;
    private final S3Calls calls;
    private final S3Clients clients;

    private S3Store(S3Location.Addressing addressing, S3Keys keys, S3Calls calls, S3Clients clients) {
        this.addressing = addressing;
        this.keys = keys;
        this.calls = calls;
        this.clients = clients;
    }

    /// Opens the store; fails when there are no credentials.
    ///
    /// @param credentials the store closes them
    /// @param environment proxies and certificate authorities are looked up here
    static S3Store open(S3Location location, S3Credentials credentials, Map<String, String> environment) {
        credentials.resolveCredentials();
        S3Calls calls = new S3Calls(location.root());
        return new S3Store(
                location.addressing(),
                new S3Keys(location.root(), location.bucket(), location.prefix()),
                calls,
                S3Clients.open(location, credentials, environment, calls));
    }

    @Override
    public URI root() {
        return keys.root();
    }

    /// As the SDK would ask for it: the endpoint may come from the URI, the environment or a profile.
    @Override
    public String identity() {
        return addressing
                + " "
                + clients.objects()
                        .utilities()
                        .getUrl(object -> object.bucket(keys.bucket()).key(keys.inBucket("_")));
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return calls.mono(keys.operation("object access", key), () -> {
                    String inBucket = keys.inBucket(key);
                    return clients.objects()
                            .headObject(head -> head.bucket(keys.bucket()).key(inBucket));
                })
                .map(head -> keys.metadata(key, head.contentLength(), head.eTag()));
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return new S3Listing(keys, calls, clients.objects(), prefix).objects();
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return calls.untilClosed(Mono.create(sink -> {
            RangeRead read = new RangeRead(keys, object, offsetBytes, target, sink);
            sink.onCancel(read::abandon);
            calls.execute(() -> {
                try {
                    ReadChecks.requireRange(keys.root(), object, offsetBytes, target.sizeBytes());
                    read.start(clients.ranges());
                } catch (RuntimeException failure) {
                    read.end(failure);
                }
            });
        }));
    }

    @Override
    public ObjectWriter write(String key) {
        calls.requireOpen();
        return new S3Writer(keys, calls, clients.objects(), key, keys.inBucket(key));
    }

    @Override
    public boolean pins(String version) {
        return S3Keys.isStrongETag(version);
    }

    @Override
    public void close() {
        calls.close();
        clients.close();
    }
}
