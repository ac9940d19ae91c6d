package dev.penstock.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// A line of a trace as its readers see it.
record TraceLine(long epoch, long step, int rank, List<Long> ids, List<Long> crc32c, long bytes) {

    private static final JsonMapper JSON = new JsonMapper();

    static List<TraceLine> read(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> JSON.readValue(line, TraceLine.class))
                .toList();
    }

    /// Sample ids of each step over all ranks.
    static Map<Long, Set<Long>> samplesByStep(Path file) throws IOException {
        Map<Long, Set<Long>> samples = new TreeMap<>();
        for (TraceLine line : read(file)) {
            samples.computeIfAbsent(line.step, step -> new HashSet<>()).addAll(line.ids);
        }
        return samples;
    }
}
