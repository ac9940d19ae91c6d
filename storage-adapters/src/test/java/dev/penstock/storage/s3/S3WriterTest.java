package dev.penstock.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class S3WriterTest {

    private static final int PART_BYTES = 8 << 20;

    private final S3Server server = S3Server.start();
    private final ObjectStore store = TestStores.open(server);

    @AfterEach
    void close() {
        store.close();
        server.close();
    }

    @Test
    void aLongObjectIsJoinedFromParts() {
        byte[] bytes = new byte[5 * PART_BYTES + 1];
        new Random(1).nextBytes(bytes);
        try (ObjectWriter writer = store.write("long")) {
            writer.write(ByteBuffer.wrap(bytes));
            ObjectMetadata written = writer.commit();
            assertThat(written.version()).endsWith("-6\"");
            assertThat(written).isEqualTo(store.stat("long").block());
        }
        assertThat(server.objects().get("some/prefix/long").bytes()).isEqualTo(bytes);
        assertThat(server.unfinishedUploads()).isZero();
    }

    @Test
    void anObjectOfExactlyOnePartIsOneRequest() {
        try (ObjectWriter writer = store.write("part")) {
            writer.write(ByteBuffer.allocate(PART_BYTES));
            writer.commit();
        }
        assertThat(server.requests()).singleElement().asString().startsWith("PUT /bucket/some/prefix/part");
    }

    @Test
    void aWriterClosedWithoutCommitLeavesNoUpload() {
        try (ObjectWriter writer = store.write("long")) {
            writer.write(ByteBuffer.allocate(3 * PART_BYTES));
            assertThat(server.unfinishedUploads()).isOne();
        }
        assertThat(server.unfinishedUploads()).isZero();
        assertThat(server.objects()).isEmpty();
    }

    @Test
    void aPartThatFailsOnceIsSentAgain() {
        AtomicBoolean failed = new AtomicBoolean();
        server.fail(exchange -> exchange.getRequestURI().getQuery() != null
                && exchange.getRequestURI().getQuery().contains("partNumber=2")
                && failed.compareAndSet(false, true)
                && S3Server.error(exchange, 500, "InternalError"));
        byte[] bytes = new byte[2 * PART_BYTES + 5];
        new Random(2).nextBytes(bytes);
        try (ObjectWriter writer = store.write("long")) {
            writer.write(ByteBuffer.wrap(bytes));
            writer.commit();
        }
        assertThat(failed).isTrue();
        assertThat(server.objects().get("some/prefix/long").bytes()).isEqualTo(bytes);
    }

    @Test
    void aRefusedPartFailsTheCommitAndTheUploadIsAborted() {
        try (ObjectWriter writer = store.write("long")) {
            server.fail(exchange -> exchange.getRequestURI().getQuery() != null
                    && exchange.getRequestURI().getQuery().contains("partNumber=1")
                    && refused(exchange));
            writer.write(ByteBuffer.allocate(PART_BYTES + 1));
            assertThatThrownBy(writer::commit)
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("object write failed")
                    .hasMessageContaining("key=long, part=1");
        }
        assertThat(server.unfinishedUploads()).isZero();
    }

    /// Takes the part first: a connection that ends with unread bytes may lose the answer.
    private static boolean refused(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().skip(Long.MAX_VALUE);
        return S3Server.error(exchange, 403, "AccessDenied");
    }

    @Test
    void partsGrowSoThatTenThousandHoldHalfATebibyte() {
        assertThat(PartSizes.bytes(1)).hasValue(PART_BYTES);
        assertThat(PartSizes.bytes(1000)).hasValue(PART_BYTES);
        assertThat(PartSizes.bytes(1001)).hasValue(2 * PART_BYTES);
        assertThat(PartSizes.bytes(10_000)).hasValue(8 * PART_BYTES);
        assertThat(PartSizes.bytes(10_001)).isEmpty();
        long totalBytes = 0;
        for (int part = 1; part <= 10_000; part++) {
            totalBytes += PartSizes.bytes(part).getAsInt();
        }
        assertThat(totalBytes >> 30).isEqualTo(492);
    }
}
