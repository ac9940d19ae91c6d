package dev.penstock.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyEventTest {

    private static final int BATCHES = 10;

    @TempDir
    private Path directory;

    private List<RecordedEvent> record(Runnable work) throws IOException {
        Path file = directory.resolve("copies.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.penstock.Copy");
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.penstock.Copy"))
                .toList();
    }

    private static List<Long> everyStep() {
        return IntStream.range(0, BATCHES).mapToObj(Long::valueOf).toList();
    }

    @Test
    void everyCopyToADeviceIsRecordedOnItsStream() throws IOException {
        long batchBytes = Slots.layout().totalBytes();
        List<RecordedEvent> copies = record(() -> {
            try (Slots slots = new Slots();
                    HostDevice device = new HostDevice();
                    DeviceStream compute = device.newStream("compute");
                    DeviceRing ring = new DeviceRing(device, 2, batchBytes)) {
                for (int step = 0; step < BATCHES; step++) {
                    RingBatch staged = ring.accept(slots.deliver(step));
                    staged.readyOn(compute);
                    staged.closeAfter(compute);
                }
                compute.synchronize();
            }
        });

        assertThat(copies).extracting(event -> event.getLong("step")).isEqualTo(everyStep());
        assertThat(copies).allSatisfy(event -> {
            assertThat(event.getLong("bytes")).isEqualTo(batchBytes);
            assertThat(event.getThread().getJavaName()).isEqualTo("penstock-stream-copy");
        });
    }

    @Test
    void theHostSinkHandsOverWithoutCopying() throws IOException {
        List<RecordedEvent> copies = record(() -> {
            try (Slots slots = new Slots();
                    HostSink sink = new HostSink()) {
                for (int step = 0; step < BATCHES; step++) {
                    sink.accept(slots.deliver(step)).close();
                }
            }
        });

        assertThat(copies).extracting(event -> event.getLong("step")).isEqualTo(everyStep());
        assertThat(copies).allMatch(event -> event.getLong("bytes") == 0);
    }
}
