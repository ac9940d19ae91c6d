package dev.penstock.storage.s3;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectWriter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/// One object being written: in one request if it is small, else in parts that a completion joins.
///
/// Memory: the part being filled and those in flight, off the heap. A writer that is closed without a commit aborts the
/// upload; parts of a process that died stay until the bucket's lifecycle rule for incomplete uploads removes them.
final class S3Writer implements ObjectWriter {

    private enum State {
        WRITING,
        COMMITTED,
        CLOSED
    }

    /// A part of the upload on its way.
    private record Sending(int number, ByteBuffer buffer, CompletableFuture<CompletedPart> part) {}

    /// Enough to keep a connection busy while the next part is filled and the one before is acknowledged.
    private static final int IN_FLIGHT_COUNT = 3;

    private final S3Keys keys;
    private final S3Calls calls;
    private final S3AsyncClient client;
    private final String key;
    private final String keyInBucket;
    private final Deque<Sending> sending = new ArrayDeque<>();
    private final Deque<ByteBuffer> spare = new ArrayDeque<>();
    private final List<CompletedPart> parts = new ArrayList<>();
    private State state = State.WRITING;
    private int startedCount;
    private long sizeBytes;
    private @Nullable ByteBuffer filling;
    private @Nullable String uploadId;

    S3Writer(S3Keys keys, S3Calls calls, S3AsyncClient client, String key, String keyInBucket) {
        this.keys = keys;
        this.calls = calls;
        this.client = client;
        this.key = key;
        this.keyInBucket = keyInBucket;
    }

    @Override
    public void write(ByteBuffer bytes) {
        requireWriting();
        while (bytes.hasRemaining()) {
            ByteBuffer part = partWithRoom();
            int length = Math.min(part.remaining(), bytes.remaining());
            part.put(part.position(), bytes, bytes.position(), length);
            part.position(part.position() + length);
            bytes.position(bytes.position() + length);
            sizeBytes += length;
        }
    }

    @Override
    public ObjectMetadata commit() {
        requireWriting();
        String eTag = startedCount == 0 ? putWhole() : joinParts();
        state = State.COMMITTED;
        release();
        return keys.metadata(key, sizeBytes, eTag);
    }

    @Override
    public void close() {
        State before = state;
        state = State.CLOSED;
        if (before == State.WRITING && uploadId != null) {
            sending.forEach(part -> part.part().cancel(true));
            calls.await(
                    operation(),
                    () -> client.abortMultipartUpload(abort ->
                            abort.bucket(keys.bucket()).key(keyInBucket).uploadId(uploadId)));
        }
        release();
    }

    private ByteBuffer partWithRoom() {
        if (filling != null && filling.hasRemaining()) {
            return filling;
        }
        if (filling != null) {
            send(filling);
        }
        filling = nextBuffer();
        return filling;
    }

    private ByteBuffer nextBuffer() {
        int bytes = PartSizes.bytes(startedCount + 1)
                .orElseThrow(() -> new ResourceExhaustedException(
                        operation().with("bytes", sizeBytes).remedy("write smaller objects")));
        while (sending.size() >= IN_FLIGHT_COUNT) {
            takeOldest();
        }
        ByteBuffer used = spare.poll();
        if (used != null && used.capacity() == bytes) {
            return used.clear();
        }
        try {
            return ByteBuffer.allocateDirect(bytes);
        } catch (OutOfMemoryError exhausted) {
            throw new ResourceExhaustedException(
                    operation().with("bytes", bytes).remedy("raise -XX:MaxDirectMemorySize"), exhausted);
        }
    }

    private void send(ByteBuffer buffer) {
        String upload = uploadId();
        int number = ++startedCount;
        ByteBuffer content = buffer.flip();
        CompletableFuture<CompletedPart> part = client.uploadPart(
                        request -> request.bucket(keys.bucket())
                                .key(keyInBucket)
                                .uploadId(upload)
                                .partNumber(number),
                        AsyncRequestBody.fromByteBufferUnsafe(content))
                .thenApply(response -> CompletedPart.builder()
                        .partNumber(number)
                        .eTag(response.eTag())
                        .build());
        sending.add(new Sending(number, buffer, part));
    }

    private String uploadId() {
        if (uploadId == null) {
            uploadId = calls.await(
                            operation(),
                            () -> client.createMultipartUpload(
                                    create -> create.bucket(keys.bucket()).key(keyInBucket)))
                    .uploadId();
        }
        return uploadId;
    }

    private void takeOldest() {
        Sending oldest = sending.remove();
        parts.add(calls.await(operation().with("part", oldest.number()), oldest::part));
        spare.add(oldest.buffer());
    }

    private String putWhole() {
        ByteBuffer content = filling == null ? ByteBuffer.allocate(0) : filling.flip();
        return calls.await(
                        operation(),
                        () -> client.putObject(
                                put -> put.bucket(keys.bucket()).key(keyInBucket),
                                AsyncRequestBody.fromByteBufferUnsafe(content)))
                .eTag();
    }

    private String joinParts() {
        if (filling != null && filling.position() > 0) {
            send(filling);
            filling = null;
        }
        while (!sending.isEmpty()) {
            takeOldest();
        }
        return calls.await(
                        operation(),
                        () -> client.completeMultipartUpload(complete -> complete.bucket(keys.bucket())
                                .key(keyInBucket)
                                .uploadId(uploadId)
                                .multipartUpload(upload -> upload.parts(parts))))
                .eTag();
    }

    /// The buffers go when nothing refers to them: a request that was cancelled may still be reading one.
    private void release() {
        filling = null;
        sending.clear();
        spare.clear();
    }

    private void requireWriting() {
        if (state != State.WRITING) {
            throw new IllegalStateException("writer of " + key + " is " + state);
        }
    }

    private FailureMessage operation() {
        return keys.operation("object write", key);
    }
}
