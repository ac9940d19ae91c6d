package dev.penstock.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaddingTest {

    private static final int FROM = 24;

    /// Five elements of padding between bytes that must stay.
    private static ByteBuffer padded(ElementType type, long value) {
        byte[] slot = new byte[120];
        new Padding(List.of(new Field("f", type)), value)
                .fill(MemorySegment.ofArray(slot), FROM, FROM + 5L * type.widthBytes(), type);
        for (int at = 0; at < slot.length; at++) {
            if (at < FROM || at >= FROM + 5 * type.widthBytes()) {
                assertThat(slot[at]).as("%s, byte %d", type, at).isZero();
            }
        }
        return ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void everyElementHasTheValueInItsType() {
        for (int i = 0; i < 5; i++) {
            assertThat(padded(ElementType.UINT8, 255).get(FROM + i)).isEqualTo((byte) 255);
            assertThat(padded(ElementType.INT16, -2).getShort(FROM + 2 * i)).isEqualTo((short) -2);
            assertThat(padded(ElementType.UINT16, 50_257).getShort(FROM + 2 * i))
                    .isEqualTo((short) 50_257);
            assertThat(padded(ElementType.INT32, -100).getInt(FROM + 4 * i)).isEqualTo(-100);
            assertThat(padded(ElementType.INT64, 1L << 40).getLong(FROM + 8 * i))
                    .isEqualTo(1L << 40);
            assertThat(padded(ElementType.FLOAT32, -3).getFloat(FROM + 4 * i)).isEqualTo(-3f);
            assertThat(padded(ElementType.FLOAT64, 7).getDouble(FROM + 8 * i)).isEqualTo(7.0);
            assertThat(padded(ElementType.INT64, 0).getLong(FROM + 8 * i)).isZero();
        }
    }

    @Test
    void valueThatAFieldCannotHaveIsRefused() {
        assertThatThrownBy(() -> new Padding(List.of(new Field("text", ElementType.UINT8)), 256))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("padding failed: value=256, field=text, type=UINT8;"
                        + " choose a --pad-value that every field can have");
    }
}
