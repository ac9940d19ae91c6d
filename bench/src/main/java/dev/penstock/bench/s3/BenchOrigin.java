package dev.penstock.bench.s3;

import dev.penstock.batch.ElementType;
import dev.penstock.bench.s3server.AccessKey;
import dev.penstock.bench.s3server.Faults;
import dev.penstock.bench.s3server.GeneratedContent;
import dev.penstock.bench.s3server.ServerConfig;
import dev.penstock.bench.s3server.ServerConfig.Access;
import dev.penstock.bench.s3server.ServerCounters;
import dev.penstock.bench.s3server.ServerProcess;
import dev.penstock.format.TokenCut;
import dev.penstock.format.TokenFormat;
import dev.penstock.index.IndexBuilder;
import dev.penstock.index.IndexOptions;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// An S3 server in its own process, and datasets of generated token shards on it.
///
/// Requests are signed with a key that is set as the SDK's system properties of this process, for every client alike;
/// reads without a signature are allowed too, for the plain socket. Ownership: the creator closes.
final class BenchOrigin implements AutoCloseable {

    static final String BUCKET = "bench";
    static final String REGION = "us-east-1";
    static final AccessKey KEY = new AccessKey("AKIDBENCH", "penstock-bench");

    /// 256 KiB, so that a step's bytes can be had in a fair number of samples.
    static final int SAMPLE_TOKENS = 1 << 17;

    static final int SAMPLE_BYTES = 2 * SAMPLE_TOKENS;
    private static final int SHARD_BYTES = 64 << 20;

    private final ServerProcess server;

    BenchOrigin() {
        System.setProperty("aws.accessKeyId", KEY.id());
        System.setProperty("aws.secretAccessKey", KEY.secret());
        this.server = ServerProcess.start(ServerConfig.of(BUCKET, KEY).withAccess(Access.PUBLIC_READ));
    }

    URI endpoint() {
        return server.endpoint();
    }

    void put(String key, GeneratedContent content) {
        server.put(BUCKET, key, content);
    }

    /// Puts shards of as many bytes, rounded up, below a prefix and indexes them.
    void putDataset(String prefix, long sizeBytes) {
        for (long shard = 0; shard * SHARD_BYTES < sizeBytes; shard++) {
            put("%s/shard-%05d.bin".formatted(prefix, shard), new GeneratedContent(shard, SHARD_BYTES));
        }
        TokenFormat tokens = new TokenFormat(ElementType.UINT16, new TokenCut.Windows(SAMPLE_TOKENS));
        try (ObjectStore store = ObjectStores.open(location(prefix))) {
            new IndexBuilder(store, IndexOptions.defaults().withTokens(tokens)).build(_ -> {});
        }
    }

    /// What [ObjectStores] opens as the store below a prefix.
    URI location(String prefix) {
        String endpoint = URLEncoder.encode(endpoint().toString(), StandardCharsets.UTF_8);
        return URI.create("s3://" + BUCKET + "/" + prefix + "/?region=" + REGION + "&endpoint=" + endpoint);
    }

    void inject(Faults faults) {
        server.inject(faults);
    }

    ServerCounters counters() {
        return server.counters();
    }

    @Override
    public void close() {
        server.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }
}
