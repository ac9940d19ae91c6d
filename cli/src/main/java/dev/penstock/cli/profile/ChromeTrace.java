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
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// A trace in the Trace Event Format (the JSON of Chrome's tracing) that Perfetto and chrome://tracing open: a process
/// per rank, a row per thread, and an arrow from where a batch was decoded to where the model first sees it.
///
/// Times are those of each host's clock, relative to the earliest slice. Ranks on several hosts are as far apart as
/// their clocks are.
public final class ChromeTrace {

    private static final double NANOS_PER_MICRO = 1e3;

    /// A slice on its row.
    private record Placed(Slice slice, int row) {}

    private final JsonGenerator json;
    private final long originNanos;

    private ChromeTrace(JsonGenerator json, long originNanos) {
        this.json = json;
        this.originNanos = originNanos;
    }

    /// Writes one trace of the recordings of a window; the file is whole or not there.
    ///
    /// @param recordings by rank
    public static void write(SortedMap<Integer, Path> recordings, ProfileWindow window, Path file) {
        List<RankSlices> ranks = new ArrayList<>();
        recordings.forEach((rank, recording) -> ranks.add(RankSlices.read(rank, recording)));
        long origin = ranks.stream()
                .flatMap(rank -> rank.slices().stream())
                .mapToLong(Slice::startNanos)
                .min()
                .orElse(0);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream out = Files.newOutputStream(part);
                    JsonGenerator json = new JsonMapper().createGenerator(out)) {
                new ChromeTrace(json, origin).write(ranks, window);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | JacksonException failed) {
            throw new StoreAccessException(
                    FailureMessage.of("writing a profile").with("file", file).with("found", failed), failed);
        }
    }

    private void write(List<RankSlices> ranks, ProfileWindow window) {
        json.writeStartObject();
        json.writeStringProperty("displayTimeUnit", "ms");
        json.writeObjectPropertyStart("otherData");
        json.writeStringProperty("steps", window.toString());
        json.writeStringProperty("began", Instant.EPOCH.plusNanos(originNanos).toString());
        json.writeStringProperty("lacking", "what was under way when the window began or ended");
        json.writeEndObject();
        json.writeArrayPropertyStart("traceEvents");
        ranks.forEach(this::writeRank);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeRank(RankSlices rank) {
        writeMetadata("process_name", rank.rank(), 0, "rank " + rank.rank());
        Map<Long, Placed> decoded = new HashMap<>();
        Map<Long, Placed> used = new HashMap<>();
        int row = 0;
        for (Tracks.Track track : Tracks.of(rank)) {
            row++;
            writeMetadata("thread_name", rank.rank(), row, track.name());
            writeSortIndex(rank.rank(), row);
            for (Slice slice : track.slices()) {
                writeSlice(slice, rank.rank(), row);
                Placed placed = new Placed(slice, row);
                switch (slice.name()) {
                    case "decode" -> decoded.merge(slice.step(), placed, ChromeTrace::later);
                    case "forward" -> used.putIfAbsent(slice.step(), placed);
                    default -> {}
                }
            }
        }
        used.forEach((step, use) -> {
            Placed source = decoded.get(step);
            if (source != null) {
                writeArrowEnd("s", rank.rank(), source, source.slice().startNanos());
                writeArrowEnd("f", rank.rank(), use, use.slice().startNanos());
            }
        });
    }

    private static Placed later(Placed one, Placed other) {
        return one.slice().endNanos() >= other.slice().endNanos() ? one : other;
    }

    private void begin(String phase, String name, int rank, int row) {
        json.writeStartObject();
        json.writeStringProperty("ph", phase);
        json.writeStringProperty("name", name);
        json.writeNumberProperty("pid", rank);
        json.writeNumberProperty("tid", row);
    }

    private void writeMetadata(String what, int rank, int row, String name) {
        begin("M", what, rank, row);
        json.writeObjectPropertyStart("args");
        json.writeStringProperty("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeSortIndex(int rank, int row) {
        begin("M", "thread_sort_index", rank, row);
        json.writeObjectPropertyStart("args");
        json.writeNumberProperty("sort_index", row);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeSlice(Slice slice, int rank, int row) {
        begin("X", slice.name(), rank, row);
        json.writeStringProperty("cat", slice.category());
        writeTime(slice.startNanos());
        json.writeNumberProperty("dur", slice.nanos() / NANOS_PER_MICRO);
        json.writeObjectPropertyStart("args");
        slice.arguments().forEach(json::writePOJOProperty);
        json.writeEndObject();
        json.writeEndObject();
    }

    /// An arrow has the same name, category and id at both ends.
    private void writeArrowEnd(String phase, int rank, Placed at, long nanos) {
        begin(phase, "batch", rank, at.row());
        json.writeStringProperty("cat", "batch");
        json.writeStringProperty("id", rank + "/" + at.slice().step());
        json.writeStringProperty("bp", "e");
        writeTime(nanos);
        json.writeEndObject();
    }

    private void writeTime(long nanos) {
        json.writeNumberProperty("ts", (nanos - originNanos) / NANOS_PER_MICRO);
    }
}
