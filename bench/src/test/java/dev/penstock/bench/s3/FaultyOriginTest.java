package dev.penstock.bench.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Batch;
import dev.penstock.bench.measure.DeliveryCheck;
import dev.penstock.bench.s3server.AccessKey;
import dev.penstock.bench.s3server.Fault;
import dev.penstock.bench.s3server.Fault.Stalls.Where;
import dev.penstock.bench.s3server.FaultKind;
import dev.penstock.bench.s3server.Faults;
import dev.penstock.bench.s3server.HeldContent;
import dev.penstock.bench.s3server.S3Server;
import dev.penstock.bench.s3server.ServerConfig;
import dev.penstock.bench.s3server.ServerConfig.Transport;
import dev.penstock.bench.s3server.StallLength;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.WrongAnswerException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.order.Remainder;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A run over `s3:` survives what may pass without changing a byte, and says clearly what may not.
@Timeout(60)
class FaultyOriginTest {

    private static final long SEED = 20_261_121;

    /// The smallest blocks that the index can verify when they arrive; with smaller ones a flipped byte ends the run.
    private static final int CHUNK_BYTES = 64 << 10;

    /// An epoch has few such blocks.
    private static final double SHARE = 0.4;

    private static final String SHARD = "some/prefix/shard-000000.tar";

    @TempDir
    private Path scratch;

    private final S3Server server = S3Server.start(ServerConfig.of("bucket", S3OverServer.KEY));

    @BeforeEach
    void useKey() {
        S3OverServer.use(S3OverServer.KEY);
    }

    @AfterEach
    void close() {
        server.close();
        S3OverServer.forgetKey();
    }

    private void pack() {
        try (ObjectStore store = S3OverServer.open(server, "bucket")) {
            LawDatasets.pack(scratch, store);
        }
    }

    private static LoaderConfig config(int blockBytes) {
        return LoaderConfig.builder(() -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                .batchSize(7)
                .epochs(1)
                .remainder(Remainder.SHORT)
                .blockBytes(blockBytes)
                .ramBytes(1 << 20)
                .slotBytes(1 << 20)
                .build();
    }

    /// One epoch, every sample checked against the index; the faults begin when the loader is open.
    private void runUnder(Faults faults) {
        try (ObjectStore store = S3OverServer.open(server, "bucket");
                DatasetIndex index = DatasetIndex.open(store);
                Loader loader = Loader.open(index, store, config(CHUNK_BYTES))) {
            server.inject(faults);
            requireWholeEpoch(index, loader);
        } finally {
            server.inject(Faults.none());
        }
    }

    private static void requireWholeEpoch(DatasetIndex index, Loader loader) {
        DeliveryCheck check = new DeliveryCheck(index);
        try (BatchIterator stream = loader.iterator()) {
            while (stream.hasNext()) {
                try (Batch batch = stream.next()) {
                    check.check(batch);
                }
            }
        }
        check.requireComplete();
    }

    @Test
    void whatMayPassChangesNoByte() {
        pack();
        StallLength stall = new StallLength.Fixed(Duration.ofMillis(30));
        Map<FaultKind, Fault> passing = new EnumMap<>(FaultKind.class);
        passing.put(FaultKind.STALL, new Fault.Stalls(SHARE, stall, Where.MID_BODY));
        passing.put(FaultKind.SLOW_DOWN, new Fault.SlowDowns(SHARE, 1));
        passing.put(FaultKind.RESET, new Fault.Resets(SHARE));
        passing.put(FaultKind.TRUNCATION, new Fault.Truncations(SHARE));
        passing.put(FaultKind.FLIPPED_BYTE, new Fault.FlippedBytes(0.1));
        passing.forEach((kind, fault) -> {
            long before = server.counters().faults(kind);
            // An epoch has so few reads that some seeds have no fault for any of them.
            for (long seed = SEED; server.counters().faults(kind) == before; seed++) {
                runUnder(Faults.of(seed, fault));
            }
        });
    }

    @Test
    void aWrongRangeIsNeverTakenForTheRightOne() {
        pack();
        assertThatThrownBy(() -> runUnder(Faults.of(SEED, new Fault.WrongRanges(1))))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("shard-");
        assertThat(server.counters().faults(FaultKind.WRONG_RANGE)).isPositive();
    }

    @Test
    void anObjectReplacedDuringARunIsNamed() {
        pack();
        assertThatThrownBy(() -> runUnder(Faults.of(SEED, new Fault.ObjectReplaced(2))))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("shard-")
                .hasMessageContaining("another version");
    }

    @Test
    void anObjectDeletedDuringARunIsNamed() {
        pack();
        try (ObjectStore store = S3OverServer.open(server, "bucket");
                DatasetIndex index = DatasetIndex.open(store);
                Loader loader = Loader.open(index, store, config(CHUNK_BYTES))) {
            server.delete("bucket", SHARD);
            assertThatThrownBy(() -> {
                        try (BatchIterator stream = loader.iterator()) {
                            stream.forEachRemaining(Batch::close);
                        }
                    })
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("shard-000000.tar");
        }
    }

    @Test
    void wrongCredentialsAMissingBucketAndAWrongClockAreToldApart() {
        assertThat(statFailure(server, "absent"))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageContaining("absent");
        S3OverServer.use(new AccessKey(S3OverServer.KEY.id(), "another-secret"));
        assertThat(statFailure(server, "bucket"))
                .isInstanceOf(StoreAccessException.class)
                .hasMessageNotContaining("another-secret");
        S3OverServer.use(S3OverServer.KEY);
        ServerConfig ahead = ServerConfig.of("bucket", S3OverServer.KEY).withClockOffset(Duration.ofHours(1));
        try (S3Server other = S3Server.start(ahead)) {
            other.put("bucket", "some/prefix/key", HeldContent.of(new byte[10]));
            // The SDK learns the server's time from its answer: either way nobody reads garbage or waits for ever.
            Throwable failure = statFailure(other, "bucket");
            assertThat(failure)
                    .satisfiesAnyOf(
                            none -> assertThat(none).isNull(),
                            told -> assertThat(told).isInstanceOf(PenstockException.class));
        }
    }

    private static Throwable statFailure(S3Server server, String bucket) {
        return catchThrowable(() -> {
            try (ObjectStore store = S3OverServer.open(server, bucket)) {
                store.stat("key").block();
            }
        });
    }

    /// The credentials file of a host is rewritten by whatever renews its tokens, some time after they expired.
    @Test
    void aRunOutlivesItsTokensWhenTheCredentialsFileIsRewritten() throws Exception {
        pack();
        S3OverServer.forgetKey();
        AtomicInteger tokens = new AtomicInteger();
        Path credentials = scratch.resolve("credentials");
        renew(credentials, tokens);
        AtomicBoolean running = new AtomicBoolean(true);
        Thread renewal = Thread.ofPlatform().unstarted(() -> {
            for (long renewed = 0; running.get(); Thread.onSpinWait()) {
                if (server.counters().faults(FaultKind.EXPIRED_TOKEN) > renewed) {
                    renew(credentials, tokens);
                    renewed = server.counters().faults(FaultKind.EXPIRED_TOKEN);
                }
            }
        });
        LoaderConfig config = config(4096);
        try (ObjectStore store = S3OverServer.open(server, "bucket");
                DatasetIndex index = DatasetIndex.open(store);
                Loader loader = Loader.open(index, store, config)) {
            server.inject(Faults.of(SEED, new Fault.TokenExpiry(10)));
            renewal.start();
            requireWholeEpoch(index, loader);
            assertThat(loader.counters().fetch().retries()).isPositive();
            assertThat(tokens.get()).isGreaterThan(1);
        } finally {
            running.set(false);
            renewal.join();
        }
    }

    private void renew(Path credentials, AtomicInteger tokens) {
        int number = tokens.incrementAndGet();
        AccessKey key = new AccessKey("ASIA" + number, "secret-" + number, "token-" + number);
        server.accept(key);
        S3OverServer.useFile(credentials, key);
    }

    @Test
    void aTokenThatNobodyRenewsIsNamedWithoutItsSecrets() {
        AccessKey expired = new AccessKey("ASIAFIRST", "secret-one", "token-one");
        server.accept(expired);
        server.put("bucket", "some/prefix/key", HeldContent.of(new byte[10]));
        S3OverServer.use(expired);
        try (ObjectStore store = S3OverServer.open(server, "bucket")) {
            ObjectMetadata object = store.stat("key").block();
            server.inject(Faults.of(SEED, new Fault.TokenExpiry(1)));
            MemorySegment bytes = MemorySegment.ofArray(new byte[10]);
            store.read(object, 0, bytes).block();
            assertThatThrownBy(() -> store.read(object, 0, bytes).block())
                    .isInstanceOf(RetryableException.class)
                    .hasMessageContaining("renew the session token")
                    .hasMessageNotContainingAny("secret-one", "token-one", "ASIAFIRST");
        }
    }

    @Test
    void aServerThatNobodyVouchesForIsRefused() {
        ServerConfig config = ServerConfig.of("bucket", S3OverServer.KEY).withTransport(Transport.TLS);
        try (S3Server secure = S3Server.start(config)) {
            assertThat(statFailure(secure, "bucket"))
                    .isInstanceOf(PenstockException.class)
                    .hasMessageContaining("key");
            assertThat(secure.counters().allRequests()).isZero();
        }
    }

    @Test
    void aHostWithoutAnAddressIsAFailureThatNamesTheKey() {
        assertThatThrownBy(() -> {
                    try (ObjectStore store = S3OverServer.open(URI.create("http://absent.invalid"), "bucket")) {
                        store.stat("key").block();
                    }
                })
                .isInstanceOf(PenstockException.class)
                .hasMessageContaining("key");
    }
}
