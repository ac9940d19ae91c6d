package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockMapTest {

    private final BlockMap map =
            new BlockMap(new long[] {0, 250, 0, 0, 100, 1}, List.of("a", "b", "c", "d", "e", "f"), 100);

    @Test
    void objectsAreCutIntoBlocksWithAShortLastOne() {
        assertThat(map.blockCount()).isEqualTo(5);
        int[] objects = {1, 1, 1, 4, 5};
        long[] offsets = {0, 100, 200, 0, 0};
        int[] lengths = {100, 100, 50, 100, 1};
        for (int block = 0; block < 5; block++) {
            assertThat(map.object(block)).isEqualTo(objects[block]);
            assertThat(map.offsetBytes(block)).isEqualTo(offsets[block]);
            assertThat(map.lengthBytes(block)).isEqualTo(lengths[block]);
        }
    }

    @Test
    void everyByteOfAnObjectIsInTheBlockThatCoversIt() {
        for (long offset = 0; offset < 250; offset++) {
            int block = map.block(1, offset);
            assertThat(offset - map.offsetBytes(block)).isBetween(0L, map.lengthBytes(block) - 1L);
            assertThat(map.object(block)).isEqualTo(1);
        }
        assertThatThrownBy(() -> map.block(1, 250)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> map.block(0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void keysDependOnIdentityOffsetAndBlockSizeAndOnNothingElse() {
        Set<Long> halves = new HashSet<>();
        for (int block = 0; block < 5; block++) {
            halves.add(map.keyHigh(block));
            halves.add(map.keyLow(block));
        }
        assertThat(halves).hasSize(10);
        BlockMap moved = new BlockMap(new long[] {250}, List.of("b"), 100);
        assertThat(moved.keyHigh(2)).isEqualTo(map.keyHigh(2));
        assertThat(moved.keyLow(2)).isEqualTo(map.keyLow(2));
        assertThat(new BlockMap(new long[] {250}, List.of("b"), 50).keyHigh(0)).isNotEqualTo(map.keyHigh(0));
        assertThat(new BlockMap(new long[] {250}, List.of("B"), 100).keyHigh(0)).isNotEqualTo(map.keyHigh(0));
    }
}
