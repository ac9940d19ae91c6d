package dev.penstock.storage.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

    /// Longest silence of a server that owes bytes; stages above give up on slow reads much sooner.
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);

    private final HttpTransport transport;
    private volatile boolean closed;

    private ReactorNettyClient(HttpTransport transport) {
        this.transport = transport;
    }

    /// Opens a client; the caller closes it.
    ///
    /// @param connectionCount most connections to one host; further requests wait for one
    /// @param environment where proxies (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) and `AWS_CA_BUNDLE` are looked up
    public static ReactorNettyClient open(int connectionCount, Map<String, String> environment) {
        int loopCount = Runtime.getRuntime().availableProcessors();
        return new ReactorNettyClient(new HttpTransport(
                new HttpTransport.Settings("penstock-http", connectionCount, loopCount, RESPONSE_TIMEOUT),
                environment,
                TrustedAuthorities.ofAwsTools(environment)));
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
        return new Exchange(request).start(transport.towards(head.protocol(), head.host()));
    }

    @Override
    public String clientName() {
        return "ReactorNetty";
    }

    @Override
    public void close() {
        closed = true;
        transport.shutDown().subscribe();
    }
}
