package dev.penstock.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import dev.penstock.trainer.record.PlanDigest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanDigestTest {

    private static final int STEPS = 10;

    @TempDir
    private Path directory;

    private static LoaderConfig.Builder config() {
        return LoaderConfig.builder(() -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                .batchSize(4)
                .steps(STEPS);
    }

    @Test
    void digestIsThatOfTheGlobalBatchesAndOfNothingElse() throws IOException {
        for (int i = 0; i < 20; i++) {
            Files.writeString(directory.resolve("%02d.txt".formatted(i)), "sample " + i);
        }
        try (ObjectStore store = ObjectStores.open(URI.create("mem://plan-digest-" + UUID.randomUUID()))) {
            new DatasetPacker(store, PackOptions.defaults()).pack(directory, _ -> {});
            try (DatasetIndex index = DatasetIndex.open(store)) {
                PlanDigest plan = PlanDigest.of(index, config().build(), STEPS);

                assertThat(plan.steps()).isEqualTo(STEPS);
                assertThat(plan.sha256()).matches("[0-9a-f]{64}");
                assertThat(PlanDigest.of(index, config().ranks(3).startStep(5).build(), STEPS))
                        .isEqualTo(plan);
                assertThat(PlanDigest.of(index, config().seed(1).build(), STEPS))
                        .isNotEqualTo(plan);
                assertThat(PlanDigest.of(index, config().batchSize(5).build(), STEPS))
                        .isNotEqualTo(plan);
            }
        }
    }
}
