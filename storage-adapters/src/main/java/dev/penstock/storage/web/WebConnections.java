package dev.penstock.storage.web;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.storage.http.HttpTransport;
import dev.penstock.storage.http.TrustedAuthorities;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;

/// The connections of one store, and what all its requests have in common.
final class WebConnections implements AutoCloseable {

    /// More than the blocks that are ever in flight; a server that minds says 429 or 503.
    private static final int CONNECTION_COUNT = 64;

    /// Loops copy what arrives and do little else, so half of the cores are more than a network needs.
    private static final int LOOP_COUNT = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 2, 8);

    private final URI root;
    private final HttpTransport transport;
    private final HttpClient client;
    private final Sinks.Empty<Void> closing = Sinks.empty();

    /// @param environment where proxies are looked up (`http_proxy`, `https_proxy`, `no_proxy`), for the root's host
    /// @param longestSilence how long a server may send nothing
    WebConnections(URI root, Map<String, String> environment, Duration longestSilence) {
        this.root = root;
        this.transport = new HttpTransport(
                new HttpTransport.Settings("penstock-web", CONNECTION_COUNT, LOOP_COUNT, longestSilence),
                environment,
                TrustedAuthorities.ofJdk());
        this.client = transport
                .towards(root.getScheme(), root.getHost())
                .followRedirect(Redirects::follow)
                .headers(headers -> headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY));
    }

    HttpClient client() {
        return client;
    }

    /// The same, failing once the store is closed.
    <T> Mono<T> untilClosed(Mono<T> request) {
        return request.takeUntilOther(closing.asMono());
    }

    /// Fails what is in flight, then waits until the event loops have ended, so that afterwards no memory is written.
    /// Called on one of them, it does not wait. An interrupt ends the wait.
    @Override
    public void close() {
        closing.tryEmitError(new StoreAccessException(FailureMessage.of("store access")
                .with("uri", root)
                .with("state", "closed")
                .remedy("use a store before it is closed")));
        CountDownLatch ended = new CountDownLatch(1);
        transport.shutDown().doFinally(_ -> ended.countDown()).subscribe();
        if (transport.onEventLoop()) {
            return;
        }
        try {
            ended.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
