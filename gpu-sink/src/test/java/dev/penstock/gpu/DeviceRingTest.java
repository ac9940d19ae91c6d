package dev.penstock.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.DeviceException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeviceRingTest {

    private static final long BUFFER_BYTES = Slots.layout().totalBytes();

    private final Slots slots = new Slots();
    private final HostDevice device = new HostDevice();
    private final DeviceStream compute = device.newStream("compute");

    @AfterEach
    void closeDevice() {
        device.close();
        slots.close();
    }

    @Test
    void everyBatchIsComputedOnInOrderWithoutTheHostWaiting() {
        List<Integer> steps = new CopyOnWriteArrayList<>();
        Set<Long> addresses = new HashSet<>();
        int batches = 200;
        try (DeviceRing ring = new DeviceRing(device, 3, BUFFER_BYTES)) {
            for (int step = 0; step < batches; step++) {
                RingBatch staged = ring.accept(slots.deliver(step));
                addresses.add(staged.address());
                staged.readyOn(compute);
                compute.run(_ -> steps.add(onlyToken(staged)));
                staged.closeAfter(compute);
            }
            assertThat(device.hostBlockingCallCount()).isZero();
        }
        compute.synchronize();
        assertThat(steps).isEqualTo(IntStream.range(0, batches).boxed().toList());
        assertThat(addresses).hasSize(3);
        assertThat(slots.releaseCounts()).hasSize(batches).containsOnly(1);
    }

    @Test
    void aBufferIsUsedAgainOnlyAfterItsConsumerHasReachedTheEnd() {
        try (DeviceRing ring = new DeviceRing(device, 1, BUFFER_BYTES)) {
            HostDeviceTest.Gate computing = new HostDeviceTest.Gate();
            List<Integer> seen = new CopyOnWriteArrayList<>();
            RingBatch first = ring.accept(slots.deliver(1));
            first.readyOn(compute);
            compute.run(computing);
            compute.run(_ -> seen.add(onlyToken(first)));
            first.closeAfter(compute);

            RingBatch second = ring.accept(slots.deliver(2));
            assertThat(second.address()).isEqualTo(first.address());
            assertThat(second.copied().isComplete()).isFalse();
            computing.open();
            second.readyOn(compute);
            compute.run(_ -> seen.add(onlyToken(second)));
            compute.synchronize();
            assertThat(seen).containsExactly(1, 2);
        }
    }

    @Test
    void theSlotGoesBackWhenItsCopyIsDoneWhileTheBatchIsStillOpen() throws InterruptedException {
        try (DeviceRing ring = new DeviceRing(device, 2, BUFFER_BYTES)) {
            CountDownLatch released = new CountDownLatch(1);
            RingBatch staged = ring.accept(slots.deliver(5, released));
            released.await();
            assertThat(onlyToken(staged)).isEqualTo(5);
            assertThat(staged.layout().valuesBytes(0)).isEqualTo(Slots.TOKENS * 4);
            staged.close();
        }
        assertThat(slots.releaseCounts()).containsExactly(1);
    }

    @Test
    void theLayoutOutlivesTheSlot() {
        try (DeviceRing ring = new DeviceRing(device, 1, BUFFER_BYTES)) {
            Batch batch = slots.deliver(0);
            RingBatch staged = ring.accept(batch);
            batch.close();
            assertThat(staged.layout()).usingRecursiveComparison().isEqualTo(Slots.layout());
        }
    }

    @Test
    void moreOpenBatchesThanBuffersAreRefusedAndReleased() {
        try (DeviceRing ring = new DeviceRing(device, 2, BUFFER_BYTES)) {
            assertThat(ring.capacity()).isEqualTo(2);
            RingBatch first = ring.accept(slots.deliver(0));
            ring.accept(slots.deliver(1));
            assertThatThrownBy(() -> ring.accept(slots.deliver(2)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("all 2 buffers");
            assertThat(slots.releaseCounts().get(2)).isEqualTo(1);
            first.close();
            first.close();
            ring.accept(slots.deliver(3));
            assertThatThrownBy(() -> ring.accept(slots.deliver(4))).isInstanceOf(IllegalStateException.class);
        }
        assertThat(slots.releaseCounts()).containsExactly(1, 1, 1, 1, 1);
    }

    @Test
    void aBatchLargerThanABufferIsRefusedAndReleased() {
        try (DeviceRing ring = new DeviceRing(device, 2, BUFFER_BYTES - 1)) {
            assertThatThrownBy(() -> ring.accept(slots.deliver(3)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("copy to device failed: device=host, step=3, rank=0, batchBytes=" + BUFFER_BYTES
                            + ", bufferBytes=" + (BUFFER_BYTES - 1)
                            + "; make the ring's buffers as large as the loader's slots");
        }
        assertThat(slots.releaseCounts()).containsExactly(1);
    }

    @Test
    void aFailedCopyReleasesEverySlotAndSurfaces() {
        HostDeviceTest.Gate computing = new HostDeviceTest.Gate();
        DeviceRing ring = new DeviceRing(device, 2, BUFFER_BYTES);
        compute.run(computing);
        compute.run(_ -> {
            throw new IllegalStateException("kernel failed");
        });
        ring.accept(slots.deliver(0)).closeAfter(compute);
        ring.accept(slots.deliver(1)).closeAfter(compute);
        RingBatch third = ring.accept(slots.deliver(2)); // its copy waits for a consumer that fails
        computing.open();
        assertThatThrownBy(() -> third.copied().synchronize())
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("kernel failed");
        ring.close();
        assertThat(slots.releaseCounts()).containsExactly(1, 1, 1);
    }

    @Test
    void theNextAcceptThrowsTheFailureOfAnEarlierCopy() throws InterruptedException {
        DeviceStream failing = device.newStream("failing");
        failing.run(_ -> {
            throw new IllegalStateException("kernel failed");
        });
        try (DeviceRing ring = new DeviceRing(device, 1, BUFFER_BYTES)) {
            ring.accept(slots.deliver(0)).closeAfter(failing);
            CountDownLatch released = new CountDownLatch(1);
            ring.accept(slots.deliver(1, released)).close();
            released.await();
            assertThatThrownBy(() -> ring.accept(slots.deliver(2)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("device=host")
                    .hasRootCauseMessage("kernel failed");
        }
        assertThat(slots.releaseCounts()).containsExactly(1, 1, 1);
    }

    @Test
    void noLeaseOutlivesItsBatch() {
        for (int accepted = 0; accepted <= 3; accepted++) {
            for (int closed = 0; closed <= accepted; closed++) {
                try (Slots delivered = new Slots()) {
                    DeviceRing ring = new DeviceRing(device, 3, BUFFER_BYTES);
                    List<RingBatch> staged = new ArrayList<>();
                    for (int step = 0; step < accepted; step++) {
                        staged.add(ring.accept(delivered.deliver(step)));
                    }
                    staged.subList(0, closed).forEach(batch -> batch.closeAfter(compute));
                    ring.close();
                    ring.close();
                    staged.forEach(RingBatch::close);
                    assertThatThrownBy(() -> ring.accept(delivered.deliver(9)))
                            .isInstanceOf(IllegalStateException.class);
                    assertThat(delivered.releaseCounts())
                            .as("%d accepted, %d closed", accepted, closed)
                            .hasSize(accepted + 1)
                            .containsOnly(1);
                }
            }
        }
    }

    /// The token that every place of the staged batch holds, read as the device would; -1 when they differ.
    @SuppressWarnings("restricted") // a host device's pointer is host memory
    private static int onlyToken(RingBatch staged) {
        MemorySegment values = MemorySegment.ofAddress(
                        staged.address() + staged.layout().valuesOffset(0))
                .reinterpret(staged.layout().valuesBytes(0));
        int first = values.getAtIndex(ValueLayout.JAVA_INT, 0);
        for (long token = 0; token < Slots.TOKENS; token++) {
            if (values.getAtIndex(ValueLayout.JAVA_INT, token) != first) {
                return -1;
            }
        }
        return first;
    }
}
