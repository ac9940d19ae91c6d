package dev.penstock.storage.http;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpResponseDecoderSpec;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/// The connections and event loops of one store, and what all its requests have in common: names, certificates,
/// proxies, time-outs and the size of what is received at once.
///
/// HTTP/1.1 on purpose: ranges in flight at the same time get a connection each, and with it a share of the wire each,
/// and a cancelled one takes no other with it. Nothing is sent twice.
public final class HttpTransport {

    /// Three lost packets of a handshake, which is sent again after 1, 3 and 7 seconds.
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /// A piece of a body that a server does not take for this long it will not take; a part of 8 MiB passes at 70 KB/s.
    private static final Duration WRITE_TIMEOUT = Duration.ofMinutes(2);

    /// S3 closes a connection after some 20 s without a request; ours go first, so that none is closed under one.
    private static final Duration LONGEST_IDLE = Duration.ofSeconds(15);

    /// One `recv` brings a quarter MiB: an 8 MiB range is 32 system calls and 32 passes through the pipeline.
    private static final int RECEIVE_BUFFER_BYTES = 256 << 10;

    /// Event loops end when their channels are closed; the limit is for a machine that is close to a standstill.
    private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(10);

    private final ConnectionProvider connections;
    private final LoopResources loops;
    private final EventLoopGroup loopGroup;
    private final JdkNames names = new JdkNames();
    private final EnvironmentProxies proxies;
    private final HttpClient direct;

    /// What differs between stores.
    ///
    /// @param name begins the names of threads
    /// @param connectionCount most connections to one host; further requests wait for one
    /// @param longestSilence how long a server that owes bytes may send nothing
    public record Settings(String name, int connectionCount, int loopCount, Duration longestSilence) {}

    /// @param environment where proxies are looked up (`http_proxy`, `https_proxy`, `no_proxy`)
    public HttpTransport(Settings settings, Map<String, String> environment, TrustedAuthorities authorities) {
        this.proxies = EnvironmentProxies.from(environment);
        this.connections = ConnectionProvider.builder(settings.name())
                .maxConnections(settings.connectionCount())
                .pendingAcquireMaxCount(-1)
                .pendingAcquireTimeout(Duration.ZERO)
                .maxIdleTime(LONGEST_IDLE)
                .evictInBackground(LONGEST_IDLE)
                .lifo()
                .build();
        this.loops = LoopResources.create(settings.name(), settings.loopCount(), true);
        this.loopGroup = loops.onClient(LoopResources.DEFAULT_NATIVE);
        this.direct = HttpClient.create(connections)
                .runOn(loops)
                .resolver(names)
                .protocol(HttpProtocol.HTTP11)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(CONNECT_TIMEOUT.toMillis()))
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BUFFER_BYTES))
                .responseTimeout(settings.longestSilence())
                .doOnRequest((_, connection) -> connection
                        .addHandlerFirst(new WriteTimeoutHandler(WRITE_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                        .addHandlerLast(new InterimAnswers()))
                .httpResponseDecoder(HttpTransport::inLargePieces)
                .disableRetry(true)
                .secure(authorities::configure);
    }

    /// A client for requests to one host, through the proxy that the environment names for it, which then resolves the
    /// names of targets: they are often unknown on this side of it. TLS is used for `https` URIs only.
    public HttpClient towards(String scheme, String host) {
        HttpProxy proxy = proxies.towards(scheme, host);
        return proxy == null
                ? direct
                : direct.resolver(NoopAddressResolverGroup.INSTANCE).proxy(proxy::configure);
    }

    /// Closes the connections now; completes when the event loops have ended, so that then no memory is written.
    public Mono<Void> shutDown() {
        connections.dispose();
        names.close();
        return loops.disposeLater(Duration.ZERO, LONGEST_SHUTDOWN);
    }

    /// Whether this thread is an event loop, which must not wait for its own end.
    public boolean onEventLoop() {
        for (EventExecutor loop : loopGroup) {
            if (loop.inEventLoop()) {
                return true;
            }
        }
        return false;
    }

    /// Keeps the decoder from cutting a receive buffer into pieces of 8 KiB. Deprecated for a Netty 5 without pieces.
    @SuppressWarnings("deprecation")
    private static HttpResponseDecoderSpec inLargePieces(HttpResponseDecoderSpec decoder) {
        return decoder.maxChunkSize(RECEIVE_BUFFER_BYTES);
    }
}
