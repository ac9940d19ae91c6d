package dev.penstock.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ScaleCommandTest {

    @TempDir
    private Path scratch;

    @Test
    void heapSeeksAndTheFirstBatchAreMeasuredAndTheDatasetIsDeleted() throws IOException {
        Path made = Files.createDirectory(scratch.resolve("made"));
        Path result = scratch.resolve("scale.json");
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(new StringWriter(), true));
        command.setErr(new PrintWriter(err, true));
        int code = command.execute(
                "bench", "scale", "--samples", "5003", "--shards", "7", "--rounds", "1", "--json", result.toString(),
                "--dir", made.toString());

        assertThat(code).as(err.toString()).isZero();
        JsonNode rows = JsonMapper.shared().readTree(Files.readAllBytes(result)).path("rows");
        assertThat(rows.valueStream().map(row -> row.path("metric").asString()))
                .containsExactly(
                        "index_order_planner_heap_mb",
                        "streaming_loader_heap_mb",
                        "seek_worst_ms",
                        "seek_ms",
                        "first_batch_s",
                        "making_s");
        assertThat(rows.valueStream().filter(row -> row.path("goal").isNumber())).hasSize(4);
        try (Stream<Path> left = Files.list(made)) {
            assertThat(left).isEmpty();
        }
    }
}
