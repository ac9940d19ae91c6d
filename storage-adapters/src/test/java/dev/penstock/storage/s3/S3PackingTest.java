package dev.penstock.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.penstock.error.StoreAccessException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a `pack` into a bucket leaves behind when it does not come to its end.
class S3PackingTest {

    private static final int SAMPLES = 3;
    private static final int SAMPLE_BYTES = 6 << 20;

    /// How a process ends that did not want to.
    enum End {
        /// As by Ctrl-C or by a scheduler: the virtual machine still runs its hooks.
        TERMINATED,
        /// As by `kill -9`.
        KILLED
    }

    private final S3Server server = S3Server.start();
    private final ObjectStore store = TestStores.open(server);

    @TempDir
    Path source;

    @BeforeEach
    void fillSource() throws IOException {
        Random random = new Random(1);
        for (int n = 0; n < SAMPLES; n++) {
            byte[] bytes = new byte[SAMPLE_BYTES];
            random.nextBytes(bytes);
            Files.write(source.resolve(n + ".bin"), bytes);
        }
    }

    @AfterEach
    void close() {
        store.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void aProcessThatDiesLeavesNoObjectAndTheNextPackSucceeds(End end) throws IOException, InterruptedException {
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch dead = new CountDownLatch(1);
        server.fail(exchange -> isPart(2, exchange) && holdUntil(dead, sending));
        Process packing = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Packing.class.getName(),
                        server.endpoint().toString(),
                        source.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            sending.await();
            switch (end) {
                case TERMINATED -> packing.destroy();
                case KILLED -> packing.destroyForcibly();
            }
            packing.waitFor();
        } finally {
            packing.destroyForcibly();
            dead.countDown();
        }
        assertThat(server.objects()).isEmpty();
        assertThat(store.list("").collectList().block()).isEmpty();
        assertThat(server.unfinishedUploads())
                .as("what the lifecycle rule is for")
                .isOne();

        server.fail(_ -> false);
        Packing.pack(source, store);
        assertThat(samples()).isEqualTo(SAMPLES);
        assertThat(server.unfinishedUploads()).isOne();
    }

    @Test
    void aPackThatFailsAbortsItsUploadAndTheNextOneSucceeds() {
        server.fail(exchange -> isPart(2, exchange) && refused(exchange));
        assertThatThrownBy(() -> Packing.pack(source, store)).isInstanceOf(StoreAccessException.class);
        assertThat(server.unfinishedUploads()).isZero();
        assertThat(server.objects()).isEmpty();

        server.fail(_ -> false);
        Packing.pack(source, store);
        assertThat(samples()).isEqualTo(SAMPLES);
        assertThat(server.unfinishedUploads()).isZero();
    }

    private long samples() {
        try (DatasetIndex index = DatasetIndex.open(store)) {
            return index.sampleCount();
        }
    }

    private static boolean isPart(int number, HttpExchange exchange) {
        String query = exchange.getRequestURI().getQuery();
        return query != null && query.contains("partNumber=" + number);
    }

    private static boolean holdUntil(CountDownLatch released, CountDownLatch held) {
        held.countDown();
        try {
            released.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /// Takes the part first: a connection that ends with unread bytes may lose the answer.
    private static boolean refused(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().skip(Long.MAX_VALUE);
        return S3Server.error(exchange, 403, "AccessDenied");
    }
}
