package dev.penstock.storage.web;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.storage.http.EnvironmentProxies;
import dev.penstock.storage.http.HttpProxy;
import dev.penstock.storage.http.JdkNames;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpResponseDecoderSpec;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider;

/// The connections and event loops of one store, and what all its requests have in common.
///
/// HTTP/1.1 on purpose: ranges in flight at the same time get a connection each, and with it a share of the wire each,
/// and a cancelled one takes no other with it.
final class WebConnections implements AutoCloseable {

    /// More than the blocks that are ever in flight; a server that minds says 429 or 503.
    private static final int CONNECTION_COUNT = 64;

    /// Loops copy what arrives and do little else, so half of the cores are more than a network needs.
    private static final int LOOP_COUNT = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 2, 8);

    /// With pieces of the usual 8 KiB, system calls and signals cost more than the bytes do.
    private static final int RECEIVE_BUFFER_BYTES = 256 << 10;

    /// Event loops end when their channels are closed; the limit is for a machine that is close to a standstill.
    private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(10);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /// Below the keep-alive time of common servers, so that a reused connection is rarely one that was just closed.
    private static final Duration LONGEST_IDLE = Duration.ofSeconds(15);

    private final URI root;
    private final ConnectionProvider pool;
    private final LoopResources loops;
    private final JdkNames names = new JdkNames();
    private final EventLoopGroup loopGroup;
    private final HttpClient client;
    private final Sinks.Empty<Void> closing = Sinks.empty();

    /// @param environment where proxies are looked up (`http_proxy`, `https_proxy`, `no_proxy`), for the root's host
    /// @param longestSilence how long a server may send nothing
    WebConnections(URI root, Map<String, String> environment, Duration longestSilence) {
        this.root = root;
        this.pool = ConnectionProvider.builder("penstock-web")
                .maxConnections(CONNECTION_COUNT)
                .pendingAcquireMaxCount(-1)
                .pendingAcquireTimeout(Duration.ZERO)
                .maxIdleTime(LONGEST_IDLE)
                .lifo()
                .build();
        this.loops = LoopResources.create("penstock-web", LOOP_COUNT, true);
        this.loopGroup = loops.onClient(LoopResources.DEFAULT_NATIVE);
        HttpClient plain = HttpClient.create(pool)
                .runOn(loops)
                .protocol(HttpProtocol.HTTP11)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(CONNECT_TIMEOUT.toMillis()))
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BUFFER_BYTES))
                .httpResponseDecoder(WebConnections::inLargePieces)
                .responseTimeout(longestSilence)
                .disableRetry(true)
                .followRedirect(Redirects::follow)
                .headers(headers -> headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY));
        HttpProxy proxy = EnvironmentProxies.from(environment).towards(root.getScheme(), root.getHost());
        HttpClient routed = proxy == null
                ? plain.resolver(names)
                : plain.resolver(NoopAddressResolverGroup.INSTANCE).proxy(proxy::configure);
        // Built here and not taken from Reactor Netty's defaults, which keep the first trust store they saw.
        SslProvider.GenericSslContextSpec<SslContextBuilder> tls = Http11SslContextSpec.forClient();
        this.client = root.getScheme().equals("https") ? routed.secure(spec -> spec.sslContext(tls)) : routed;
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
        pool.dispose();
        names.close();
        loops.disposeLater(Duration.ZERO, LONGEST_SHUTDOWN)
                .doFinally(_ -> ended.countDown())
                .subscribe();
        for (EventExecutor loop : loopGroup) {
            if (loop.inEventLoop()) {
                return;
            }
        }
        try {
            ended.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Keeps the decoder from cutting a receive buffer into pieces of 8 KiB. Deprecated for a Netty 5 without pieces.
    @SuppressWarnings("deprecation")
    private static HttpResponseDecoderSpec inLargePieces(HttpResponseDecoderSpec decoder) {
        return decoder.maxChunkSize(RECEIVE_BUFFER_BYTES);
    }
}
