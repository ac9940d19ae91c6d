package dev.penstock.bench.measure;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.error.CorruptDataException;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveryCheckTest {

    @TempDir
    private Path scratch;

    private BenchDataset dataset;
    private Loader loader;
    private BatchIterator stream;
    private DeliveryCheck check;

    @BeforeEach
    void open() throws IOException {
        Path files = Files.createDirectory(scratch.resolve("files"));
        for (int file = 0; file < 8; file++) {
            Files.writeString(files.resolve(file + ".txt"), "the text of file " + file);
        }
        Path shards = Files.createDirectory(scratch.resolve("shards"));
        try (ObjectStore store = ObjectStores.open(shards.toUri())) {
            new DatasetPacker(store, PackOptions.defaults()).pack(files, _ -> {});
        }
        dataset = BenchDataset.at(shards.toUri());
        loader = Loader.open(
                dataset.index(),
                dataset.store(),
                dataset.residentLoader().batchSize(4).build());
        stream = loader.iterator();
        check = new DeliveryCheck(dataset.index());
    }

    @AfterEach
    void close() {
        stream.close();
        loader.close();
        dataset.close();
    }

    @Test
    void anEpochPassesAndTheNextOneComesAgain() {
        for (int step = 0; step < 2; step++) {
            try (Batch batch = stream.next()) {
                check.check(batch);
            }
        }
        check.requireComplete();
        try (Batch batch = stream.next()) {
            assertThatThrownBy(() -> check.check(batch))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("found=delivered again");
        }
    }

    @Test
    void oneWrongByteInTheSlotIsFound() {
        try (Batch batch = stream.next()) {
            byte first = batch.values(0).get(ValueLayout.JAVA_BYTE, 0);
            batch.values(0).set(ValueLayout.JAVA_BYTE, 0, (byte) (first ^ 1));
            assertThatThrownBy(() -> check.check(batch)).isInstanceOf(CorruptDataException.class);
        }
    }

    @Test
    void aMissingSampleIsFound() {
        try (Batch batch = stream.next()) {
            check.check(batch);
        }
        assertThatThrownBy(check::requireComplete)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expectedSamples=8, foundSamples=4");
    }
}
