package dev.penstock.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostDeviceTest {

    private final HostDevice device = new HostDevice();

    @AfterEach
    void closeDevice() {
        device.close();
    }

    @Test
    void aStreamRunsItsWorkInOrder() {
        List<Integer> ran = new CopyOnWriteArrayList<>();
        DeviceStream stream = device.newStream("test");
        for (int i = 0; i < 1000; i++) {
            int number = i;
            stream.run(_ -> ran.add(number));
        }
        stream.synchronize();
        assertThat(ran).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void anEventOrdersTwoStreams() {
        DeviceStream first = device.newStream("first");
        DeviceStream second = device.newStream("second");
        DeviceEvent event = device.newEvent();
        Gate gate = new Gate();
        List<String> ran = new CopyOnWriteArrayList<>();
        first.run(gate);
        first.run(_ -> ran.add("first"));
        first.record(event);
        second.await(event);
        second.run(_ -> ran.add("second"));
        assertThat(event.isComplete()).isFalse();
        gate.open();
        second.synchronize();
        assertThat(ran).containsExactly("first", "second");
        assertThat(event.isComplete()).isTrue();
    }

    @Test
    void aWaitIsForTheRecordingThatWasThereWhenItWasQueued() {
        DeviceStream first = device.newStream("first");
        DeviceStream second = device.newStream("second");
        DeviceEvent event = device.newEvent();
        first.record(event);
        second.await(event);
        Gate gate = new Gate();
        first.run(gate);
        first.record(event);
        second.synchronize();
        assertThat(event.isComplete()).isFalse();
        gate.open();
    }

    @Test
    void anEventThatWasNeverRecordedHoldsNobody() {
        DeviceStream stream = device.newStream("test");
        DeviceEvent event = device.newEvent();
        stream.await(event);
        stream.synchronize();
        assertThat(event.isComplete()).isTrue();
    }

    @Test
    void aFailedCopyFailsItsStreamAndThoseThatWaitForIt() {
        DeviceStream stream = device.newStream("failing");
        DeviceStream waiting = device.newStream("waiting");
        DeviceEvent event = device.newEvent();
        List<Throwable> told = new CopyOnWriteArrayList<>();
        try (DeviceBuffer buffer = device.allocate(64)) {
            queueFailingCopy(stream, buffer);
            stream.record(event);
            waiting.await(event);
            waiting.run(told::add);
            assertThatThrownBy(stream::synchronize)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("Already closed")
                    .hasCauseInstanceOf(IllegalStateException.class);
            assertThatThrownBy(waiting::synchronize).isInstanceOf(DeviceException.class);
            assertThatThrownBy(event::isComplete).isInstanceOf(DeviceException.class);
            assertThat(told).singleElement().isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aFailedStreamCopiesNothingMore() {
        DeviceStream stream = device.newStream("failing");
        try (DeviceBuffer buffer = device.allocate(64);
                Arena arena = Arena.ofShared()) {
            queueFailingCopy(stream, buffer);
            stream.copyToDevice(arena.allocate(64).fill((byte) 7), buffer, 0);
            stream.close();
            assertThat(((HostBuffer) buffer).memory().toArray(ValueLayout.JAVA_BYTE))
                    .containsOnly(0);
        }
    }

    @Test
    void closeRunsWhatWasQueued() {
        DeviceStream stream = device.newStream("test");
        List<Integer> ran = new CopyOnWriteArrayList<>();
        Gate gate = new Gate();
        stream.run(gate);
        stream.run(_ -> ran.add(1));
        gate.open();
        stream.close();
        stream.close();
        assertThat(ran).containsExactly(1);
        assertThatThrownBy(() -> stream.run(_ -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void onlyCallsThatWaitAreCounted() {
        DeviceStream stream = device.newStream("test");
        DeviceEvent event = device.newEvent();
        stream.record(event);
        stream.await(event);
        event.isComplete();
        assertThat(device.hostBlockingCallCount()).isZero();
        event.synchronize();
        stream.synchronize();
        assertThat(device.hostBlockingCallCount()).isEqualTo(2);
    }

    @Test
    void heapMemoryIsRefused() {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        DeviceStream stream = device.newStream("test");
        try (DeviceBuffer buffer = device.allocate(8)) {
            assertThatThrownBy(() -> device.register(heap)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> stream.copyToDevice(heap, buffer, 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void queueFailingCopy(DeviceStream stream, DeviceBuffer buffer) {
        Gate gate = new Gate();
        stream.run(gate);
        try (Arena arena = Arena.ofShared()) {
            stream.copyToDevice(arena.allocate(64), buffer, 0);
        }
        gate.open();
    }

    /// Work that holds a stream until it is let go.
    static final class Gate implements DeviceStream.HostTask {

        private final CountDownLatch opened = new CountDownLatch(1);

        void open() {
            opened.countDown();
        }

        @Override
        public void run(@Nullable Throwable failure) {
            try {
                opened.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }
}
