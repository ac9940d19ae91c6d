package dev.penstock.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A `--json` file as its readers see it.
record ResultFile(JsonNode json) {

    static ResultFile read(Path file) throws IOException {
        return new ResultFile(new JsonMapper().readTree(Files.readAllBytes(file)));
    }

    double value(String metric) {
        for (JsonNode row : json.get("rows")) {
            if (row.get("metric").asString().equals(metric)) {
                return row.get("value").asDouble();
            }
        }
        throw new AssertionError("no metric " + metric + " in " + json);
    }

    List<String> metrics() {
        List<String> names = new ArrayList<>();
        json.get("rows").forEach(row -> names.add(row.get("metric").asString()));
        return names;
    }
}
