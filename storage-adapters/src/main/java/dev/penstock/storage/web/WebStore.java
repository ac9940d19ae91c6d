package dev.penstock.storage.web;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.storage.ReadChecks;
import dev.penstock.storage.http.ContentRange;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import dev.penstock.store.ReadTarget;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;

/// Objects behind a web server, read by range.
///
/// An object's version is its strong ETag, else its `Last-Modified` date, else empty. A read is conditional on it
/// (`If-Match`, `If-Unmodified-Since`), and the response's own validator is compared too, because many servers ignore
/// conditions. A date has the resolution of a second, and only a checksum tells two states of one second apart.
///
/// Receivers of signals run on the event loops and must not block there.
final class WebStore implements ObjectStore {

    /// How servers refuse HEAD: they do not know it, or the URL's signature is for GET.
    private static final Set<Integer> HEAD_REFUSED = Set.of(400, 403, 405, 501);

    private final WebRoot root;
    private final WebConnections connections;

    WebStore(WebRoot root, Map<String, String> environment, Duration longestSilence) {
        this.root = root;
        this.connections = new WebConnections(root.shown(), environment, longestSilence);
    }

    @Override
    public URI root() {
        return root.shown();
    }

    /// Servers tell datasets apart by the query too.
    @Override
    public String identity() {
        return root.identity();
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return connections.untilClosed(Mono.defer(() -> {
            FailureMessage operation = root.operation("object access", key);
            return exchange(HttpMethod.HEAD, root.url(key), operation, _ -> {}, (response, _) -> {
                        int status = response.status().code();
                        HttpHeaders headers = response.responseHeaders();
                        OptionalLong sizeBytes = BodyHeaders.lengthBytes(headers);
                        if (HEAD_REFUSED.contains(status) || (status == 200 && sizeBytes.isEmpty())) {
                            return Mono.empty();
                        }
                        if (status != 200) {
                            throw WebFailures.ofStatus(operation, status, headers);
                        }
                        return Mono.just(metadata(key, operation, headers, sizeBytes));
                    })
                    .switchIfEmpty(Mono.defer(() -> probe(key, operation)));
        }));
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return Flux.error(() -> new StoreAccessException(FailureMessage.of("object listing")
                .with("uri", root)
                .with("found", "a protocol without listings")
                .remedy("name a dataset that has an index, which lists its shards; index where the data can be listed"
                        + " (file:, s3:, hdfs:) and serve the _penstock directory with it")));
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return connections.untilClosed(Mono.defer(() -> {
            ReadChecks.requireRange(root.shown(), object, offsetBytes, target.sizeBytes());
            String url = root.url(object.key());
            if (!target.wanted()) {
                return Mono.empty();
            }
            RangeRead read = new RangeRead(root, object, offsetBytes, target);
            return exchange(HttpMethod.GET, url, read.operation(), read::ask, read::receive);
        }));
    }

    @Override
    public ObjectWriter write(String key) {
        throw new StoreAccessException(root.operation("object write", key)
                .with("found", "a store that is only read")
                .remedy("write to file:, s3: or hdfs: and serve the data from there"));
    }

    @Override
    public boolean pins(String version) {
        return Validators.isStrongEtag(version);
    }

    @Override
    public void close() {
        connections.close();
    }

    /// Asks for the first byte, whose response says what HEAD did not.
    private Mono<ObjectMetadata> probe(String key, FailureMessage operation) {
        Consumer<HttpHeaders> firstByte = request -> request.set(HttpHeaderNames.RANGE, "bytes=0-0");
        return exchange(HttpMethod.GET, root.url(key), operation, firstByte, (response, _) -> {
            int status = response.status().code();
            HttpHeaders headers = response.responseHeaders();
            return switch (status) {
                case 200 -> Mono.just(metadata(key, operation, headers, BodyHeaders.lengthBytes(headers)));
                // An empty object has no first byte.
                case 206, 416 ->
                    Mono.just(metadata(
                            key,
                            operation,
                            headers,
                            ContentRange.of(headers.get(HttpHeaderNames.CONTENT_RANGE))
                                    .map(ContentRange::sizeBytes)
                                    .orElse(OptionalLong.empty())));
                default -> throw WebFailures.ofStatus(operation, status, headers);
            };
        });
    }

    private static ObjectMetadata metadata(
            String key, FailureMessage operation, HttpHeaders headers, OptionalLong sizeBytes) {
        BodyHeaders.requirePlain(operation, headers);
        return new ObjectMetadata(
                key,
                sizeBytes.orElseThrow(() -> new StoreAccessException(operation
                        .with("found", "a response without the object's size")
                        .remedy("serve the data as plain files"))),
                Validators.of(headers).version());
    }

    private <T> Mono<T> exchange(
            HttpMethod method,
            String url,
            FailureMessage operation,
            Consumer<HttpHeaders> headers,
            BiFunction<HttpClientResponse, ByteBufFlux, Mono<T>> receiver) {
        return connections
                .client()
                .headers(headers)
                .request(method)
                .uri(url)
                .response((response, body) -> Mono.defer(() -> receiver.apply(response, body)))
                .singleOrEmpty()
                .onErrorMap(failure -> WebFailures.of(operation, failure));
    }
}
