package dev.penstock.bench.s3;

import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/// A client of the AWS SDK, used as its documentation says, with every chunk copied to its place as it comes.
final class SdkClient implements RangeClient {

    private final S3AsyncClient client;
    private final String key;

    private SdkClient(S3AsyncClient client, String key) {
        this.client = client;
        this.key = key;
    }

    /// The SDK over its own Netty client.
    static SdkClient netty(URI endpoint, String key, int connections) {
        return new SdkClient(
                S3AsyncClient.builder()
                        .endpointOverride(endpoint)
                        .forcePathStyle(true)
                        .region(Region.of(BenchOrigin.REGION))
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(connections))
                        .build(),
                key);
    }

    /// The client over the AWS common runtime, which is native.
    static SdkClient commonRuntime(URI endpoint, String key, int connections) {
        return new SdkClient(
                S3AsyncClient.crtBuilder()
                        .endpointOverride(endpoint)
                        .forcePathStyle(true)
                        .region(Region.of(BenchOrigin.REGION))
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .maxConcurrency(connections)
                        .build(),
                key);
    }

    @Override
    public CompletableFuture<?> read(long offsetBytes, MemorySegment destination) {
        String range = "bytes=" + offsetBytes + "-" + (offsetBytes + destination.byteSize() - 1);
        AtomicLong at = new AtomicLong();
        return client.getObject(
                        get -> get.bucket(BenchOrigin.BUCKET).key(key).range(range),
                        AsyncResponseTransformer.toPublisher())
                .thenCompose(body -> body.subscribe(chunk -> {
                    MemorySegment bytes = MemorySegment.ofBuffer(chunk);
                    MemorySegment.copy(bytes, 0, destination, at.getAndAdd(bytes.byteSize()), bytes.byteSize());
                }));
    }

    @Override
    public void close() {
        client.close();
    }
}
