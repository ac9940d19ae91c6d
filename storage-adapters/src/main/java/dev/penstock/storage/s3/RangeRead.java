package dev.penstock.storage.s3;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.storage.ReadChecks;
import dev.penstock.storage.http.BodyBuffers;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
/// The response is checked before its first byte is written: the status, the range and the object's size and version
/// are the wanted ones. A server that says otherwise is not believed. A body that ends early may be mended by a new
/// attempt; a longer one is refused.
///
/// The lock is the gate of the bytes: once the read has ended, none is written, whatever the request still does.
final class RangeRead implements AsyncResponseTransformer<GetObjectResponse, Void>, Subscriber<ByteBuffer> {

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final S3Keys keys;
    private final ObjectMetadata object;
    private final long offsetBytes;
    private final ReadTarget target;
    private final MonoSink<Void> sink;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile CompletableFuture<Void> body = new CompletableFuture<>();
    private @Nullable CompletableFuture<Void> call;
    private boolean ended;
    private long startBytes;
    private long doneBytes;
    private @Nullable Subscription subscription;

    RangeRead(S3Keys keys, ObjectMetadata object, long offsetBytes, ReadTarget target, MonoSink<Void> sink) {
        this.keys = keys;
        this.object = object;
        this.offsetBytes = offsetBytes;
        this.target = target;
        this.sink = sink;
    }

    void start(S3AsyncClient client) {
        startBytes = target.filledBytes();
        doneBytes = startBytes;
        if (!target.wanted()) {
            end(null);
            return;
        }
        GetObjectRequest.Builder request = GetObjectRequest.builder()
                .bucket(keys.bucket())
                .key(keys.inBucket(object.key()))
                .range("bytes=" + firstByte() + "-" + lastByte())
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
        String range = response.contentRange() == null ? "none" : response.contentRange();
        Matcher found = CONTENT_RANGE.matcher(range);
        if (response.sdkHttpResponse().statusCode() != 206 || !found.matches()) {
            refuse(response, range);
            return;
        }
        try {
            long totalBytes = Long.parseLong(found.group(3));
            ReadChecks.requireSame(keys.root(), object, keys.metadata(object.key(), totalBytes, response.eTag()));
        } catch (CorruptDataException changed) {
            body.completeExceptionally(changed);
            return;
        }
        if (Long.parseLong(found.group(1)) != firstByte() || Long.parseLong(found.group(2)) != lastByte()) {
            refuse(response, range);
        }
    }

    private void refuse(GetObjectResponse response, String range) {
        body.completeExceptionally(new CorruptDataException(operation()
                .with("expected", "status 206, bytes " + firstByte() + "-" + lastByte() + "/" + object.sizeBytes())
                .with("found", "status " + response.sdkHttpResponse().statusCode() + ", " + range)
                .remedy("use an endpoint that serves the ranges it is asked for")));
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
            int receivedBytes = received.remaining();
            if (receivedBytes > target.sizeBytes() - doneBytes) {
                stop(new CorruptDataException(operation()
                        .with("expected", target.sizeBytes() - doneBytes + " bytes more")
                        .with("found", "at least " + receivedBytes)
                        .remedy("use an endpoint that serves the ranges it is asked for")));
                return;
            }
            boolean wanted = target.write(doneBytes, received);
            doneBytes += receivedBytes;
            if (!wanted && doneBytes < target.sizeBytes()) {
                stop(null);
            }
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
        settle(
                doneBytes == target.sizeBytes()
                        ? null
                        : new RetryableException(
                                operation()
                                        .with("expected", target.sizeBytes() + " bytes")
                                        .with("found", doneBytes + " bytes")
                                        .remedy("the response ended early"),
                                null));
    }

    private long firstByte() {
        return offsetBytes + startBytes;
    }

    private long lastByte() {
        return offsetBytes + target.sizeBytes() - 1;
    }

    private FailureMessage operation() {
        return keys.operation("object read", object.key())
                .with("range", "[" + offsetBytes + ", " + (offsetBytes + target.sizeBytes()) + ")")
                .with("version", object.version());
    }
}
