package dev.penstock.cli.profile;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// A trace in the Trace Event Format (the JSON of Chrome's tracing) that Perfetto and chrome://tracing open: a process
/// per rank, and one for the loader where it has a process of its own, a row per thread, and an arrow from where a
/// batch was decoded to where the model first sees it.
///
/// Times are those of each host's clock, relative to the earliest slice. Ranks on several hosts are as far apart as
/// their clocks are; processes of one host read one clock.
public final class ChromeTrace {

    private static final double NANOS_PER_MICRO = 1e3;

    /// A slice on its row.
    private record Placed(Slice slice, int process, int row) {}

    private final JsonGenerator json;
    private final long originNanos;

    /// Where each batch was decoded last, and where it was used first.
    private final Map<String, Placed> decoded = new HashMap<>();

    private final Map<String, Placed> used = new LinkedHashMap<>();

    private ChromeTrace(JsonGenerator json, long originNanos) {
        this.json = json;
        this.originNanos = originNanos;
    }

    /// Writes one trace of the recordings of a window; the file is whole or not there.
    ///
    /// @param recordings by rank
    /// @param loader the recording of a process that loads for the ranks
    public static void write(
            SortedMap<Integer, Path> recordings, Optional<Path> loader, ProfileWindow window, Path file) {
        List<ProcessSlices> processes = new ArrayList<>();
        recordings.forEach((rank, recording) -> processes.add(ProcessSlices.ofRank(rank, recording)));
        loader.ifPresent(recording -> processes.add(ProcessSlices.ofLoader(recording, List.copyOf(processes))));
        long origin = processes.stream()
                .flatMap(process -> process.slices().stream())
                .mapToLong(Slice::startNanos)
                .min()
                .orElse(0);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream out = Files.newOutputStream(part);
                    JsonGenerator json = new JsonMapper().createGenerator(out)) {
                new ChromeTrace(json, origin).write(processes, window);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | JacksonException failed) {
            throw new StoreAccessException(
                    FailureMessage.of("writing a profile").with("file", file).with("found", failed), failed);
        }
    }

    private void write(List<ProcessSlices> processes, ProfileWindow window) {
        json.writeStartObject();
        json.writeStringProperty("displayTimeUnit", "ms");
        json.writeObjectPropertyStart("otherData");
        json.writeStringProperty("steps", window.toString());
        json.writeStringProperty("began", Instant.EPOCH.plusNanos(originNanos).toString());
        json.writeStringProperty("lacking", "what was under way when the window began or ended");
        json.writeEndObject();
        json.writeArrayPropertyStart("traceEvents");
        for (int number = 0; number < processes.size(); number++) {
            writeProcess(processes.get(number), number);
        }
        used.forEach((batch, use) -> {
            Placed source = decoded.get(batch);
            if (source != null) {
                writeArrowEnd("s", batch, source);
                writeArrowEnd("f", batch, use);
            }
        });
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeProcess(ProcessSlices process, int number) {
        writeMetadata("process_name", number, 0, process.name());
        int row = 0;
        for (Tracks.Track track : Tracks.of(process)) {
            row++;
            writeMetadata("thread_name", number, row, track.name());
            writeSortIndex(number, row);
            for (Slice slice : track.slices()) {
                writeSlice(slice, number, row);
                Placed placed = new Placed(slice, number, row);
                switch (slice.name()) {
                    case "decode" -> decoded.merge(slice.batch(), placed, ChromeTrace::later);
                    case "forward" -> used.putIfAbsent(slice.batch(), placed);
                    default -> {}
                }
            }
        }
    }

    private static Placed later(Placed one, Placed other) {
        return one.slice().endNanos() >= other.slice().endNanos() ? one : other;
    }

    private void begin(String phase, String name, int process, int row) {
        json.writeStartObject();
        json.writeStringProperty("ph", phase);
        json.writeStringProperty("name", name);
        json.writeNumberProperty("pid", process);
        json.writeNumberProperty("tid", row);
    }

    private void writeMetadata(String what, int process, int row, String name) {
        begin("M", what, process, row);
        json.writeObjectPropertyStart("args");
        json.writeStringProperty("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeSortIndex(int process, int row) {
        begin("M", "thread_sort_index", process, row);
        json.writeObjectPropertyStart("args");
        json.writeNumberProperty("sort_index", row);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeSlice(Slice slice, int process, int row) {
        begin("X", slice.name(), process, row);
        json.writeStringProperty("cat", slice.category());
        writeTime(slice.startNanos());
        json.writeNumberProperty("dur", slice.nanos() / NANOS_PER_MICRO);
        json.writeObjectPropertyStart("args");
        slice.arguments().forEach(json::writePOJOProperty);
        json.writeEndObject();
        json.writeEndObject();
    }

    /// An arrow has the same name, category and id at both ends.
    private void writeArrowEnd(String phase, String batch, Placed at) {
        begin(phase, "batch", at.process(), at.row());
        json.writeStringProperty("cat", "batch");
        json.writeStringProperty("id", batch);
        json.writeStringProperty("bp", "e");
        writeTime(at.slice().startNanos());
        json.writeEndObject();
    }

    private void writeTime(long nanos) {
        json.writeNumberProperty("ts", (nanos - originNanos) / NANOS_PER_MICRO);
    }
}
