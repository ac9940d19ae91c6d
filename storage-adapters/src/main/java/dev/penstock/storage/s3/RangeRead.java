package dev.penstock.storage.s3;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.storage.http.BodyBuffers;
import dev.penstock.storage.http.RangeBody;
import dev.penstock.storage.http.RangeGet;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.MonoSink;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.interceptor.SdkInternalExecutionAttribute;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// One GET of the bytes that a target is missing.
///
/// The response is checked by [RangeGet] before its first byte is written, and its body by [RangeBody].
///
/// The lock is the gate of the bytes: once the read has ended, none is written, whatever the request still does.
final class RangeRead implements AsyncResponseTransformer<GetObjectResponse, Void>, Subscriber<ByteBuffer> {

    private final S3Keys keys;
    private final ObjectMetadata object;
    private final ReadTarget target;
    private final RangeGet get;
    private final MonoSink<Void> sink;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile CompletableFuture<Void> body = new CompletableFuture<>();
    private @Nullable CompletableFuture<Void> call;
    private @Nullable RangeBody arriving;
    private boolean ended;
    private @Nullable Subscription subscription;

    RangeRead(S3Keys keys, ObjectMetadata object, long offsetBytes, ReadTarget target, MonoSink<Void> sink) {
        this.keys = keys;
        this.object = object;
        this.get = new RangeGet(keys.root(), object, offsetBytes, target);
        this.target = target;
        this.sink = sink;
    }

    void start(S3AsyncClient client) {
        if (!target.wanted()) {
            end(null);
            return;
        }
        GetObjectRequest.Builder request = GetObjectRequest.builder()
                .bucket(keys.bucket())
                .key(keys.inBucket(object.key()))
                .range(get.header())
                .overrideConfiguration(override -> override.putExecutionAttribute(
                        SdkInternalExecutionAttribute.SDK_HTTP_EXECUTION_ATTRIBUTES, BodyBuffers.LENT.attributes()));
        if (S3Keys.isStrongETag(object.version())) {
            request.ifMatch(object.version());
        }
        CompletableFuture<Void> started = client.getObject(request.build(), this);
        // A read that stopped by itself has cancelled its request: the body's outcome is the read's.
        var _ = started.whenComplete((_, failure) -> end(body.state() == Future.State.SUCCESS ? null : failure));
        if (!keep(started)) {
            started.cancel(true);
        }
    }

    private boolean keep(CompletableFuture<Void> started) {
        lock.lock();
        try {
            call = started;
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the read, without a signal to the caller who cancelled it.
    void abandon() {
        CompletableFuture<Void> running;
        Subscription receiving;
        lock.lock();
        try {
            ended = true;
            running = call;
            receiving = subscription;
        } finally {
            lock.unlock();
        }
        // The SDK passes a cancel of the call on until the response has begun; from then on, the body's counts.
        if (receiving != null) {
            receiving.cancel();
        }
        if (running != null) {
            running.cancel(true);
        }
    }

    /// Ends the read with a signal to the caller, unless it has ended.
    void end(@Nullable Throwable failure) {
        if (!close()) {
            return;
        }
        if (failure == null) {
            sink.success();
        } else {
            sink.error(S3Failures.of(operation(), failure));
        }
    }

    private boolean close() {
        lock.lock();
        try {
            boolean open = !ended;
            ended = true;
            return open;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Void> prepare() {
        body = new CompletableFuture<>();
        return body;
    }

    @Override
    public void onResponse(GetObjectResponse response) {
        OptionalLong lengthBytes =
                response.contentLength() == null ? OptionalLong.empty() : OptionalLong.of(response.contentLength());
        try {
            arriving = get.answered(
                    response.sdkHttpResponse().statusCode(),
                    response.contentRange(),
                    lengthBytes,
                    S3Keys.version(response.eTag()));
        } catch (PenstockException refused) {
            body.completeExceptionally(refused);
        }
    }

    @Override
    public void onStream(SdkPublisher<ByteBuffer> publisher) {
        publisher.subscribe(this);
    }

    @Override
    public void exceptionOccurred(Throwable failure) {
        body.completeExceptionally(failure);
    }

    /// Nothing bounds the demand: each buffer is copied before the next one is received.
    @Override
    public void onSubscribe(Subscription begun) {
        if (subscribe(begun)) {
            begun.request(Long.MAX_VALUE);
        } else {
            begun.cancel();
        }
    }

    private boolean subscribe(Subscription begun) {
        lock.lock();
        try {
            subscription = begun;
            return !ended && !body.isDone();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onNext(ByteBuffer received) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            if (!arriving().take(received)) {
                stop(null);
            }
        } catch (PenstockException refused) {
            stop(refused);
        } finally {
            lock.unlock();
        }
    }

    private void stop(@Nullable Throwable failure) {
        settle(failure);
        if (subscription != null) {
            subscription.cancel();
        }
    }

    private void settle(@Nullable Throwable failure) {
        if (failure == null) {
            body.complete(null);
        } else {
            body.completeExceptionally(failure);
        }
    }

    @Override
    public void onError(Throwable failure) {
        settle(failure);
    }

    @Override
    public void onComplete() {
        try {
            arriving().requireEnd();
            settle(null);
        } catch (PenstockException truncated) {
            settle(truncated);
        }
    }

    private RangeBody arriving() {
        return Objects.requireNonNull(arriving, "a body follows the head that was judged");
    }

    private FailureMessage operation() {
        return get.operation();
    }
}
