package dev.penstock.cli.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Batch;
import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.Loader;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {

    private static final Path ROOT = Path.of("..");

    private final List<Integer> ranks = new ArrayList<>();

    @TempDir
    private Path scratch;

    // example: begin
    private void readOnce(URI shards) {
        try (ObjectStore store = ObjectStores.open(shards);
                DatasetIndex index = DatasetIndex.open(store)) {
            LoaderConfig config = LoaderConfig.builder(
                            () -> new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped()))
                    .seed(7)
                    .batchSize(96)
                    .ranks(3)
                    .epochs(1)
                    .build();
            try (Loader loader = Loader.open(index, store, config);
                    BatchIterator batches = loader.iterator()) {
                while (batches.hasNext()) {
                    try (Batch batch = batches.next()) {
                        consume(batch.rank(), batch.values(0), batch.offsets(0));
                    }
                }
            }
        }
    }
    // example: end

    private void consume(int rank, MemorySegment values, MemorySegment offsets) {
        assertThat(offsets.byteSize()).isGreaterThanOrEqualTo(Integer.BYTES);
        assertThat(values.byteSize()).isNotNegative();
        ranks.add(rank);
    }

    @Test
    void theExampleRuns() {
        URI shards = scratch.resolve("shards").toUri();
        try (ObjectStore store = ObjectStores.open(shards)) {
            LawDatasets.pack(scratch, store);
        }
        readOnce(shards);
        assertThat(ranks).containsExactly(0, 1, 2);
    }

    @Test
    void theReadmeShowsThisExample() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String block = readme.substring(readme.indexOf("```java\n") + "```java\n".length());
        String test = Files.readString(Path.of("src/test/java/dev/penstock/cli/example/ReadmeTest.java"));
        String example = test.substring(test.indexOf("// example: begin"), test.indexOf("// example: end"));
        assertThat(withoutSpaces(example)).contains(withoutSpaces(block.substring(0, block.indexOf("```"))));
    }

    private static String withoutSpaces(String text) {
        return text.replaceAll("\\s+", "");
    }
}
