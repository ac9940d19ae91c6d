package dev.penstock.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {

    private static final long BYTES = 8L << 20;

    private static Path path(SharedMemory shared) {
        return Path.of("/proc/self/fd/" + shared.descriptor());
    }

    @Test
    void whatIsWrittenIsReadThroughTheDescriptorWithoutACopy() throws Exception {
        try (SharedMemory shared = SharedMemory.create(BYTES, PageLocking.BEST_EFFORT, SharedAccess.READ);
                PageLockedMemory memory = shared.memory();
                FileChannel other = FileChannel.open(path(shared), StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = other.map(MapMode.READ_ONLY, 0, BYTES, arena);
            memory.awaitPrefault();
            memory.segment().set(ValueLayout.JAVA_LONG, BYTES - 8, 4711);

            assertThat(memory.sizeBytes()).isEqualTo(BYTES);
            assertThat(memory.segment().address() % (4 << 20)).isZero();
            assertThat(mapped.get(ValueLayout.JAVA_LONG, BYTES - 8)).isEqualTo(4711);
        }
    }

    @Test
    void whatIsWrittenWhileItsPagesAreMadeHugeStays() throws Exception {
        try (SharedMemory shared = SharedMemory.create(BYTES, PageLocking.OFF, SharedAccess.READ);
                PageLockedMemory memory = shared.memory()) {
            for (long at = 0; at < BYTES; at += Long.BYTES) {
                memory.segment().set(ValueLayout.JAVA_LONG, at, ~at);
            }
            memory.awaitPrefault();
            for (long at = 0; at < BYTES; at += Long.BYTES) {
                assertThat(memory.segment().get(ValueLayout.JAVA_LONG, at)).isEqualTo(~at);
            }
        }
    }

    @Test
    void memoryForReadingRefusesEveryNewWritableMapping() throws Exception {
        try (SharedMemory shared = SharedMemory.create(BYTES, PageLocking.OFF, SharedAccess.READ);
                PageLockedMemory _ = shared.memory();
                FileChannel other = FileChannel.open(path(shared), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> other.map(MapMode.READ_WRITE, 0, BYTES, Arena.global()))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> other.truncate(1)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void memoryForWritingIsWrittenByOthersAndKeepsItsSize() throws Exception {
        try (SharedMemory shared = SharedMemory.create(BYTES, PageLocking.OFF, SharedAccess.WRITE);
                PageLockedMemory memory = shared.memory();
                FileChannel other = FileChannel.open(path(shared), StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            other.map(MapMode.READ_WRITE, 0, BYTES, arena).set(ValueLayout.JAVA_INT, 0, 7);

            assertThat(memory.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(7);
            assertThatThrownBy(() -> other.truncate(1)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void closedMemoryLeavesNoDescriptor() {
        SharedMemory shared = SharedMemory.create(BYTES, PageLocking.OFF, SharedAccess.READ);
        shared.memory().close();
        shared.close();
        shared.close();

        assertThat(Files.exists(path(shared))).isFalse();
    }
}
