package dev.penstock.storage.http;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/// The AWS SDK's asynchronous HTTP client over Reactor Netty: pooled HTTP/1.1 connections and direct buffers.
///
/// A response's buffers are the receive buffers themselves when the request asks for them with
/// [BodyBuffers#LENT]; then each is valid only until its `onNext` returns. Every other request's subscriber gets
/// copies that it may keep, as the SDK's contract has it.
///
/// Demand: a subscriber that requests nothing stops the reads of its connection once the socket's and one receive
/// buffer are full; a request's body is pulled as the socket takes it. Cancel: of the body's subscription or of the
/// returned future closes the connection and releases every buffer. Nothing is sent twice.
public final class ReactorNettyClient implements SdkAsyncHttpClient {

    /// A piece of a body that a server does not take for this long it will not take; a part of 8 MiB passes at 70 KB/s.
    private static final Duration WRITE_TIMEOUT = Duration.ofMinutes(2);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /// Longest silence of a server that owes bytes; stages above give up on slow reads much sooner.
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);

    /// S3 closes a connection after some 20 s without a request; ours go first, so that none is closed under one.
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(15);

    /// One `recv` brings a quarter MiB: an 8 MiB range is 32 system calls and 32 passes through the pipeline.
    private static final int RECEIVE_BUFFER_BYTES = 256 << 10;

    private final ConnectionProvider connections;
    private final LoopResources loops;
    private final JdkNames names;
    private final EnvironmentProxies proxies;
    private final HttpClient direct;
    private volatile boolean closed;

    private ReactorNettyClient(
            ConnectionProvider connections,
            LoopResources loops,
            JdkNames names,
            EnvironmentProxies proxies,
            HttpClient direct) {
        this.connections = connections;
        this.loops = loops;
        this.names = names;
        this.proxies = proxies;
        this.direct = direct;
    }

    /// Opens a client; the caller closes it.
    ///
    /// Two of the settings are deprecated in favour of libraries to come, and have no other name in this one.
    ///
    /// @param connectionCount most connections to one host; further requests wait for one
    /// @param environment where proxies (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) and `AWS_CA_BUNDLE` are looked up
    @SuppressWarnings("deprecation")
    public static ReactorNettyClient open(int connectionCount, Map<String, String> environment) {
        EnvironmentProxies proxies = EnvironmentProxies.from(environment);
        TrustedAuthorities authorities = TrustedAuthorities.from(environment);
        ConnectionProvider connections = ConnectionProvider.builder("penstock-http")
                .maxConnections(connectionCount)
                .pendingAcquireMaxCount(-1)
                .pendingAcquireTimeout(Duration.ZERO)
                .maxIdleTime(IDLE_TIMEOUT)
                .evictInBackground(IDLE_TIMEOUT)
                .lifo()
                .build();
        LoopResources loops =
                LoopResources.create("penstock-http", Runtime.getRuntime().availableProcessors(), true);
        JdkNames names = new JdkNames();
        HttpClient direct = HttpClient.create(connections)
                .runOn(loops)
                .resolver(names)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis())
                .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BUFFER_BYTES))
                .option(ChannelOption.TCP_NODELAY, true)
                .responseTimeout(RESPONSE_TIMEOUT)
                .doOnRequest((_, connection) -> connection.addHandlerFirst(
                        new WriteTimeoutHandler(WRITE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)))
                .httpResponseDecoder(spec -> spec.maxChunkSize(RECEIVE_BUFFER_BYTES))
                .disableRetry(true)
                .secure(authorities::configure);
        return new ReactorNettyClient(connections, loops, names, proxies, direct);
    }

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
        if (closed) {
            // A retry that the SDK scheduled may come after the close.
            IllegalStateException failure = new IllegalStateException("the client is closed");
            request.responseHandler().onError(failure);
            return CompletableFuture.failedFuture(failure);
        }
        SdkHttpRequest head = request.request();
        HttpProxy proxy = proxies.towards(head.protocol(), head.host());
        return new Exchange(request).start(proxy == null ? direct : through(proxy));
    }

    /// The proxy resolves the names of the targets, which are often unknown on this side of it.
    private HttpClient through(HttpProxy proxy) {
        return direct.resolver(NoopAddressResolverGroup.INSTANCE).proxy(proxy::configure);
    }

    @Override
    public String clientName() {
        return "ReactorNetty";
    }

    @Override
    public void close() {
        closed = true;
        connections.disposeLater().subscribe();
        loops.disposeLater(Duration.ZERO, CONNECT_TIMEOUT).subscribe();
        names.close();
    }
}
