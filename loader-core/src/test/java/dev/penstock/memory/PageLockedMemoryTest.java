package dev.penstock.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.process.ChildJvm;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PageLockedMemoryTest {

    @Test
    void memoryIsZeroedWritableAndWholePages() throws Exception {
        try (PageLockedMemory memory = PageLockedMemory.allocate(100_000, PageLocking.OFF)) {
            MemorySegment segment = memory.segment();
            assertThat(segment.byteSize()).isEqualTo(25 * 4096);
            assertThat(segment.address() % 4096).isZero();
            memory.awaitPrefault();
            assertThat(segment.mismatch(MemorySegment.ofArray(new byte[25 * 4096])))
                    .isEqualTo(-1);
            segment.fill((byte) 7);
            assertThat(segment.get(ValueLayout.JAVA_BYTE, 99_999)).isEqualTo((byte) 7);
        }
    }

    @Test
    void memoryOfFourMebibytesAndMoreIsAlignedForHugePagesAndDirectReads() throws Exception {
        int alignment = 4 << 20;
        for (long bytes : new long[] {alignment, alignment + 1, 9L << 20}) {
            try (PageLockedMemory memory = PageLockedMemory.allocate(bytes, PageLocking.OFF)) {
                assertThat(memory.segment().address() % alignment)
                        .as("%d bytes", bytes)
                        .isZero();
                memory.awaitPrefault();
                memory.segment().fill((byte) 7);
            }
        }
    }

    @Test
    void prefaultMakesEveryPagePresentAndKeepsWhatIsWrittenMeanwhile() throws Exception {
        long bytes = 64L << 20;
        try (PageLockedMemory memory = PageLockedMemory.allocate(bytes, PageLocking.OFF)) {
            for (long at = 0; at < bytes; at += 4096) {
                memory.segment().set(ValueLayout.JAVA_LONG, at, at + 1);
            }
            memory.awaitPrefault();
            for (long at = 0; at < bytes; at += 4096) {
                assertThat(memory.segment().get(ValueLayout.JAVA_LONG, at)).isEqualTo(at + 1);
            }
        }
    }

    @Test
    void accessAfterCloseThrows() {
        PageLockedMemory memory = PageLockedMemory.allocate(4096, PageLocking.OFF);
        MemorySegment slice = memory.segment().asSlice(8, 8);
        memory.close();
        memory.close();
        assertThatThrownBy(() -> slice.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingGivesTheAddressSpaceBack() throws Exception {
        long before = addressSpaceBytes();
        for (int i = 0; i < 100; i++) {
            PageLockedMemory.allocate(256L << 20, PageLocking.OFF).close();
        }
        assertThat(addressSpaceBytes() - before).isLessThan(25 * (256L << 20));
    }

    private static long addressSpaceBytes() throws IOException {
        try (Scanner fields = new Scanner(Path.of("/proc/self/statm"), StandardCharsets.US_ASCII)) {
            return fields.nextLong() * 4096;
        }
    }

    @Test
    void moreThanTheAddressSpaceIsRefused() {
        assertThatThrownBy(() -> PageLockedMemory.allocate(1L << 60, PageLocking.OFF))
                .isInstanceOf(ResourceExhaustedException.class)
                .hasMessageStartingWith("mapping memory failed: bytes=" + (1L << 60) + ", reason=");
    }

    @Test
    void aRefusedLockIsReportedOrFailsAsThePolicySays() throws Exception {
        List<String> wrapper = new ArrayList<>(List.of("prlimit", "--memlock=0:0"));
        if (System.getProperty("user.name").equals("root")) {
            // Root may lock beyond every limit, unless it gives the capability up.
            wrapper.addAll(List.of("setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"));
        }
        for (String tool : List.of("prlimit", "setpriv")) {
            Assumptions.assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin", tool)), "SKIPPED: a lock limit needs the tool " + tool);
        }
        Process probe = ChildJvm.start(wrapper, PageLockProbe.class);
        List<String> lines = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(lines)
                .containsExactly(
                        "0 Operation not permitted",
                        "locking memory failed: bytes=1048576, limitBytes=0, reason=Operation not permitted;"
                                + " raise the limit with `ulimit -l` or memlock in /etc/security/limits.conf");
    }
}
