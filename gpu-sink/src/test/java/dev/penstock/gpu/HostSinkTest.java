package dev.penstock.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Batch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostSinkTest {

    private final Slots slots = new Slots();
    private final HostSink sink = new HostSink();

    @AfterEach
    void freeSlots() {
        sink.close();
        slots.close();
    }

    @Test
    void theSlotIsTheTensor() {
        Batch batch = slots.deliver(7);
        HostBatch staged = sink.accept(batch);
        assertThat(staged.address()).isEqualTo(batch.slot().address());
        assertThat(staged.address() + staged.layout().valuesOffset(0))
                .isEqualTo(staged.batch().values(0).address());
        assertThat(staged.step()).isEqualTo(7);
        assertThat(slots.releaseCounts()).containsExactly(0);
    }

    @Test
    void aSlotGoesBackOnceHoweverOftenItIsClosed() {
        HostBatch staged = sink.accept(slots.deliver(0));
        staged.close();
        staged.close();
        sink.close();
        staged.close();
        assertThat(slots.releaseCounts()).containsExactly(1);
    }

    @Test
    void noLeaseOutlivesItsBatch() {
        for (int closedByConsumer = 0; closedByConsumer <= 4; closedByConsumer++) {
            try (Slots delivered = new Slots()) {
                HostSink ending = new HostSink();
                for (int step = 0; step < 4; step++) {
                    HostBatch staged = ending.accept(delivered.deliver(step));
                    if (step < closedByConsumer) {
                        staged.close();
                    }
                }
                ending.close();
                assertThatThrownBy(() -> ending.accept(delivered.deliver(4))).isInstanceOf(IllegalStateException.class);
                assertThat(delivered.releaseCounts())
                        .as("%d closed by the consumer", closedByConsumer)
                        .hasSize(5)
                        .containsOnly(1);
            }
        }
    }
}
