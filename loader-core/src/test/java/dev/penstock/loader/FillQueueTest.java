package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FillQueueTest {

    private final FillQueue queue = new FillQueue(() -> {}, () -> {});

    private void fill(int count) {
        for (int i = 0; i < count; i++) {
            Fill fill = queue.spare();
            queue.append(fill);
            queue.end(fill);
        }
    }

    @Test
    void aLongQueueIsRefilledInBurstsWhereSlotsAreScarce() {
        fill(16);
        queue.wantSlot(1);
        queue.poll();
        queue.slotReleased();
        assertThat(queue.isRoomSignalled()).isFalse();
        // The slot that was freed before counts, though none is freed now.
        queue.poll();
        assertThat(queue.isRoomSignalled()).isTrue();
    }

    @Test
    void aShortQueueIsRefilledWithEachSlot() {
        fill(4);
        queue.wantSlot(1);
        queue.slotReleased();
        assertThat(queue.isRoomSignalled()).isTrue();
    }

    @Test
    void nobodyIsWokenForASlotBeforeOneIsFreed() {
        fill(4);
        queue.wantSlot(1);
        queue.poll();
        queue.poll();
        assertThat(queue.isRoomSignalled()).isFalse();
    }
}
