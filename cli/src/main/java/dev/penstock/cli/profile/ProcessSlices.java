package dev.penstock.cli.profile;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/// What one process of a run did in a window: a slice per event of its recording, and one per step around those of the
/// thread that consumed the batches, where it has one.
///
/// A step's slice ends where the wait of the next one begins, so everything that the thread does for it lies inside.
///
/// @param name that a viewer shows
record ProcessSlices(String name, List<Slice> slices) {

    /// Category of the slices that are steps.
    static final String STEP = "step";

    private static final Set<String> EVENTS = Set.copyOf(StageRecording.events());

    /// What every event of Flight Recorder has.
    private static final Set<String> COMMON_FIELDS = Set.of("startTime", "duration", "eventThread", "stackTrace");

    /// The slices of a rank's recording.
    static ProcessSlices ofRank(int rank, Path recording) {
        return read("rank " + rank, recording);
    }

    /// The slices of the recording of a process that loads for the ranks, those of them that lie within the time of the
    /// ranks' own.
    static ProcessSlices ofLoader(Path recording, List<ProcessSlices> ranks) {
        List<Slice> theirs =
                ranks.stream().flatMap(rank -> rank.slices().stream()).toList();
        long begin = theirs.stream().mapToLong(Slice::startNanos).min().orElse(0);
        long end = theirs.stream().mapToLong(Slice::endNanos).max().orElse(0);
        return new ProcessSlices(
                "loader",
                read("loader", recording).slices().stream()
                        .filter(slice -> begin <= slice.startNanos() && slice.endNanos() <= end)
                        .toList());
    }

    private static ProcessSlices read(String name, Path recording) {
        List<Slice> slices = new ArrayList<>();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (EVENTS.contains(event.getEventType().getName())) {
                    slices.add(slice(event));
                }
            }
        } catch (IOException failed) {
            throw new StoreAccessException(
                    FailureMessage.of("reading a profile")
                            .with("file", recording)
                            .with("found", failed),
                    failed);
        }
        slices.addAll(steps(slices));
        return new ProcessSlices(name, slices);
    }

    private static Slice slice(RecordedEvent event) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        for (ValueDescriptor field : event.getFields()) {
            if (!COMMON_FIELDS.contains(field.getName())) {
                arguments.put(field.getName(), event.getValue(field.getName()));
            }
        }
        return new Slice(
                event.getEventType().getLabel().toLowerCase(Locale.ROOT),
                event.getEventType().getCategoryNames().getLast().toLowerCase(Locale.ROOT),
                name(event.getThread()),
                nanos(event.getStartTime()),
                nanos(event.getEndTime()),
                arguments);
    }

    private static String name(RecordedThread thread) {
        String name = thread.getJavaName();
        return name == null ? "thread " + thread.getOSThreadId() : name;
    }

    private static long nanos(Instant instant) {
        return ChronoUnit.NANOS.between(Instant.EPOCH, instant);
    }

    private static List<Slice> steps(List<Slice> slices) {
        List<Slice> waits = slices.stream()
                .filter(slice -> slice.name().equals("wait"))
                .sorted((one, other) -> Long.compare(one.startNanos(), other.startNanos()))
                .toList();
        List<Slice> steps = new ArrayList<>();
        for (int i = 0; i < waits.size(); i++) {
            Slice wait = waits.get(i);
            long end = i + 1 < waits.size()
                    ? waits.get(i + 1).startNanos()
                    : slices.stream()
                            .filter(slice -> slice.thread().equals(wait.thread()))
                            .mapToLong(Slice::endNanos)
                            .max()
                            .orElse(wait.endNanos());
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("step", wait.step());
            steps.add(new Slice("step " + wait.step(), STEP, wait.thread(), wait.startNanos(), end, arguments));
        }
        return steps;
    }
}
