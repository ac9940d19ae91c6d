package dev.penstock.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.Batch;
import dev.penstock.batch.BatchLayout;
import dev.penstock.trainer.TestBatches;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class MicroBatchTest {

    @Test
    void aSampleAloneBeginsAtAnAlignedAddressWhereverItLiesInItsBatch() {
        List<byte[]> samples = TestBatches.samples(3, 9, 70);
        Batch batch = TestBatches.of(0, List.of(samples.subList(0, 4), samples.subList(4, 9)));

        for (int i = 0; i < samples.size(); i++) {
            MemorySegment values = new MicroBatch(batch, i, 1).values(0);
            assertThat(values.address() % BatchLayout.ALIGNMENT_BYTES).isZero();
            assertThat(values.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(samples.get(i));
        }
    }
}
