package dev.penstock.daemon.http;

import dev.penstock.daemon.server.Daemon;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/// A daemon's HTTP port: `/health`, `/ready`, `/metrics`, `/v1/stats`, `/v1/jobs`, and `POST /v1/jobs/NAME/detach`.
///
/// Each connection gets one answer. Ownership: the opener closes, after the daemon, so that `/ready` says until the end
/// that it stops. Threading: any thread; it has an event loop of its own, which storage does not share.
public final class HttpEndpoint implements AutoCloseable {

    /// A few scrapers and probes, each for milliseconds.
    static final int MOST_CONNECTIONS = 64;

    /// What Prometheus gives a scrape by default; no answer takes that long.
    private static final Duration LIFETIME = Duration.ofSeconds(10);

    private static final int LONGEST_LINE_BYTES = 4096;
    private static final int LARGEST_HEADER_BYTES = 8192;

    private static final int WORKERS = 2;
    private static final Duration QUIET = Duration.ZERO;
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private final LoopResources loops;
    private final Scheduler workers;
    private final DisposableServer server;

    private HttpEndpoint(LoopResources loops, Scheduler workers, DisposableServer server) {
        this.loops = loops;
        this.workers = workers;
        this.server = server;
    }

    /// Listens and answers for `daemon` when this returns; fails with a [ConfigurationException] when the port or a
    /// file of the configuration cannot be used.
    ///
    /// @param metrics the page of `/metrics`, in Prometheus' text format
    public static HttpEndpoint open(HttpConfig config, Daemon daemon, Supplier<String> metrics) {
        return open(config, daemon, metrics, LIFETIME);
    }

    static HttpEndpoint open(HttpConfig config, Daemon daemon, Supplier<String> metrics, Duration lifetime) {
        Optional<SslContext> tls = config.tls().map(TlsFiles::context);
        LoopResources loops = LoopResources.create("penstock-http", 1, 1, true);
        Scheduler workers = Schedulers.newBoundedElastic(WORKERS, MOST_CONNECTIONS, "penstock-http-work");
        Routes routes = new Routes(daemon, config.token(), metrics, workers);
        ConnectionLimits limits = new ConnectionLimits(MOST_CONNECTIONS, lifetime);
        HttpServer http = HttpServer.create()
                .bindAddress(config::address)
                .runOn(loops, false)
                .protocol(HttpProtocol.HTTP11)
                .httpRequestDecoder(decoder ->
                        decoder.maxInitialLineLength(LONGEST_LINE_BYTES).maxHeaderSize(LARGEST_HEADER_BYTES))
                // What is pipelined behind the first request is dropped, so it cannot pile up.
                .maxKeepAliveRequests(1)
                .doOnChannelInit((_, channel, _) -> limits.admit(channel))
                .handle((request, response) -> {
                    request.withConnection(connection -> limits.requested(connection.channel()));
                    return exchange(routes, request, response);
                });
        HttpServer secured = tls.map(context -> http.secure(spec -> spec.sslContext(context)))
                .orElse(http);
        try {
            return new HttpEndpoint(loops, workers, secured.bindNow());
        } catch (ChannelBindException taken) {
            workers.dispose();
            loops.disposeLater(QUIET, CLOSING).block();
            throw new ConfigurationException(
                    FailureMessage.of("listening for HTTP")
                            .with("http", config.address())
                            .with("found", taken.getMessage())
                            .remedy("name an address of this host and a port that is free"),
                    taken);
        }
    }

    private static Publisher<Void> exchange(Routes routes, HttpServerRequest request, HttpServerResponse response) {
        return routes.answer(request).flatMap(answer -> send(answer, response));
    }

    private static Mono<Void> send(Answer answer, HttpServerResponse response) {
        HttpServerResponse headed = response.status(answer.status())
                .header(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                .header(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (answer.status().equals(HttpResponseStatus.UNAUTHORIZED)) {
            headed = headed.header(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        return headed.sendByteArray(Mono.just(answer.body())).then();
    }

    /// Where it listens, with the port it got.
    public InetSocketAddress address() {
        return (InetSocketAddress) server.address();
    }

    /// Stops answering.
    @Override
    public void close() {
        server.disposeNow(CLOSING);
        workers.dispose();
        loops.disposeLater(QUIET, CLOSING).block();
    }
}
