package dev.penstock.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlotArenaTest {

    private static final int GRANULE = SlotArena.GRANULE_BYTES;

    private final AtomicInteger releases = new AtomicInteger();
    private final SlotArena arena =
            new SlotArena(PageLockedMemory.allocate(8L * GRANULE, PageLocking.OFF), releases::incrementAndGet);

    @AfterEach
    void closeArena() {
        arena.close();
    }

    private SlotLease lease(long bytes) {
        SlotLease lease = arena.tryLease(bytes);
        assertThat(lease).isNotNull();
        return lease;
    }

    @Test
    void slotsHaveTheSizeAskedForAndNeverOverlap() {
        SlotLease small = lease(1);
        SlotLease large = lease(3 * GRANULE + 1);
        assertThat(small.segment().byteSize()).isEqualTo(1);
        assertThat(large.segment().byteSize()).isEqualTo(3 * GRANULE + 1);
        assertThat(large.segment().address() - small.segment().address()).isEqualTo(GRANULE);
        assertThat(arena.leasedBytes()).isEqualTo(5L * GRANULE);
        assertThat(arena.leaseCount()).isEqualTo(2);
    }

    @Test
    void aFullArenaLeasesAgainWhatIsReleasedAndTellsItsListener() {
        SlotLease first = lease(3 * GRANULE);
        SlotLease second = lease(5 * GRANULE);
        assertThat(arena.tryLease(1)).isNull();
        first.release();
        assertThat(releases.get()).isEqualTo(1);
        assertThat(arena.tryLease(3 * GRANULE + 1))
                .as("three granules are free")
                .isNull();
        SlotLease third = lease(3 * GRANULE);
        assertThat(third.segment().address()).isLessThan(second.segment().address());
    }

    @Test
    void aSecondReleaseNeverFreesTheNextHoldersSlot() {
        SlotLease first = lease(8L * GRANULE);
        first.release();
        SlotLease second = lease(8L * GRANULE);
        first.release();
        first.close();
        assertThat(releases.get()).isEqualTo(1);
        assertThat(arena.tryLease(1)).isNull();
        assertThat(second.segment().byteSize()).isEqualTo(8L * GRANULE);
        assertThatThrownBy(first::segment).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void reapReleasesEveryLeaseThatIsOut() {
        lease(GRANULE).release();
        SlotLease forgotten = lease(GRANULE);
        lease(2 * GRANULE);
        assertThat(arena.reap()).isEqualTo(2);
        assertThat(arena.leaseCount()).isZero();
        assertThat(arena.leasedBytes()).isZero();
        lease(8L * GRANULE);
        forgotten.release();
        assertThat(arena.leaseCount()).isEqualTo(1);
        assertThat(releases.get()).isEqualTo(2);
    }

    @Test
    void aSlotLargerThanTheArenaIsAMistake() {
        assertThatThrownBy(() -> arena.tryLease(8L * GRANULE + 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.tryLease(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void segmentsDieWithTheArena() {
        MemorySegment segment = lease(8).segment();
        arena.close();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
        arena.close();
    }

    @Test
    void slotsOfManyThreadsNeverOverlap() throws Exception {
        long seed = System.nanoTime();
        AtomicInteger overlaps = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> done = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                byte mark = (byte) (thread + 1);
                SplittableRandom random = new SplittableRandom(seed + thread);
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 1500; i++) {
                        SlotLease lease = arena.tryLease(1 + random.nextInt(3 * GRANULE));
                        if (lease == null) {
                            continue;
                        }
                        MemorySegment slot = lease.segment();
                        slot.fill(mark);
                        if (slot.get(ValueLayout.JAVA_BYTE, 0) != mark
                                || slot.get(ValueLayout.JAVA_BYTE, slot.byteSize() - 1) != mark
                                || slot.get(ValueLayout.JAVA_BYTE, slot.byteSize() / 2) != mark) {
                            overlaps.incrementAndGet();
                        }
                        lease.release();
                    }
                }));
            }
            for (Future<?> worker : done) {
                worker.get();
            }
        }
        assertThat(overlaps.get()).as("seed %s", seed).isZero();
        assertThat(arena.leaseCount()).isZero();
        assertThat(arena.leasedBytes()).isZero();
    }
}
