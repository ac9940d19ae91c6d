package dev.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReadTargetTest {

    private final byte[] memory = new byte[10];
    private final ReadTarget target = new ReadTarget(MemorySegment.ofArray(memory));

    private static ByteBuffer bytes(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    @Test
    void aSecondReaderGoesOnWhereTheFirstStopped() {
        assertThat(target.write(0, bytes(4, 1))).isTrue();
        assertThat(target.filledBytes()).isEqualTo(4);
        assertThat(target.write(4, bytes(6, 2))).isFalse();
        assertThat(memory).containsExactly(1, 1, 1, 1, 2, 2, 2, 2, 2, 2);
        assertThat(target.wanted()).isFalse();
    }

    @Test
    void bytesThatAreHereAlreadyAreReceivedAndNotFilledAgain() {
        target.write(0, bytes(4, 1));
        target.write(2, bytes(1, 1));
        assertThat(target.filledBytes()).isEqualTo(4);
        assertThat(target.receivedBytes()).isEqualTo(5);
    }

    @Test
    void nobodyWritesAfterTheClose() throws IOException {
        target.write(0, bytes(2, 1));
        target.close();
        assertThat(target.write(2, bytes(2, 9))).isFalse();
        assertThat(target.fill(2, 8, piece -> {
                    throw new AssertionError("a reader was asked for bytes that nobody wants");
                }))
                .isZero();
        assertThat(memory).containsExactly(1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void aReaderThatLeavesAGapIsRefused() {
        assertThatThrownBy(() -> target.write(1, bytes(1, 1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bytesBeyondTheEndAreRefused() {
        assertThatThrownBy(() -> target.write(0, bytes(11, 1))).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aBlockingReaderFillsItsPieceInPlace() throws IOException {
        int read = target.fill(0, 3, piece -> {
            piece.put(bytes(piece.remaining(), 7));
            return 3;
        });
        assertThat(read).isEqualTo(3);
        assertThat(target.filledBytes()).isEqualTo(3);
        assertThat(memory).startsWith(7, 7, 7).endsWith(0);
    }
}
