package dev.penstock.storage.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;
import reactor.util.context.Context;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/// One request of the SDK on its way, and its response.
///
/// Ends once: when the body's subscriber has seen its end, at the first failure, or at a cancel.
final class Exchange {

    /// What comes after a cancel is its consequence and has no receiver left; Reactor would log it as a mistake.
    private static final Context AFTER_A_CANCEL =
            Context.of("reactor.onErrorDropped.local", (Consumer<Throwable>) _ -> {});

    private final AsyncExecuteRequest request;
    private final SdkAsyncHttpResponseHandler handler;
    private final BodyBuffers buffers;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Exchange(AsyncExecuteRequest request) {
        this.request = request;
        this.handler = request.responseHandler();
        BodyBuffers wanted = request.httpExecutionAttributes().getAttribute(BodyBuffers.ATTRIBUTE);
        this.buffers = wanted == null ? BodyBuffers.OWNED : wanted;
    }

    CompletableFuture<Void> start(HttpClient client) {
        Disposable response = client.request(
                        HttpMethod.valueOf(request.request().method().name()))
                .uri(request.request().getUri())
                .send(this::send)
                .responseConnection(this::receive)
                .contextWrite(AFTER_A_CANCEL)
                .subscribe(_ -> {}, this::fail, () -> ended.complete(null));
        var _ = ended.whenComplete((_, failure) -> {
            if (failure != null) {
                response.dispose();
            }
        });
        return ended;
    }

    private Publisher<Void> send(HttpClientRequest head, NettyOutbound outbound) {
        HttpHeaders headers = head.requestHeaders();
        request.request().forEachHeader(headers::set);
        SdkHttpContentPublisher body = request.requestContentPublisher();
        boolean bodiless =
                body == null || body.contentLength().filter(bytes -> bytes == 0).isPresent();
        if (bodiless) {
            if (request.request().method() == SdkHttpMethod.POST
                    || request.request().method() == SdkHttpMethod.PUT) {
                headers.set(HttpHeaderNames.CONTENT_LENGTH, 0);
            }
            return outbound;
        }
        body.contentLength().ifPresent(bytes -> headers.set(HttpHeaderNames.CONTENT_LENGTH, bytes));
        return outbound.send(Flux.from(body).map(Unpooled::wrappedBuffer));
    }

    private Publisher<Void> receive(HttpClientResponse head, Connection connection) {
        SdkHttpResponse.Builder response = SdkHttpResponse.builder()
                .statusCode(head.status().code())
                .statusText(head.status().reasonPhrase());
        head.responseHeaders().forEach(header -> response.appendHeader(header.getKey(), header.getValue()));
        handler.onHeaders(response.build());
        Sinks.Empty<Void> bodyEnd = Sinks.empty();
        handler.onStream(connection
                .inbound()
                .receive()
                .map(this::emitted)
                .onErrorMap(HttpFailures::inBodyAsSeenByTheSdk)
                .doOnError(bodyEnd::tryEmitError)
                .doOnCancel(() -> bodyEnd.tryEmitError(new CancellationException("the body was not wanted any more")))
                .doAfterTerminate(bodyEnd::tryEmitEmpty));
        return bodyEnd.asMono();
    }

    private ByteBuffer emitted(ByteBuf received) {
        return switch (buffers) {
            case LENT -> received.nioBuffer();
            case OWNED ->
                ByteBuffer.allocate(received.readableBytes())
                        .put(received.nioBuffer())
                        .flip();
        };
    }

    private void fail(Throwable failure) {
        Throwable seen = HttpFailures.asSeenByTheSdk(failure);
        handler.onError(seen);
        ended.completeExceptionally(seen);
    }
}
