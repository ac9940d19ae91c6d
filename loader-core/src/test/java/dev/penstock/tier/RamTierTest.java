package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

class RamTierTest {

    private static final int BLOCK_BYTES = 4096;

    private final TierMeter meter = new TierMeter();
    private final StepClock clock = new StepClock(0);

    private static BlockMap blocks(int count) {
        return new BlockMap(new long[] {(long) count * BLOCK_BYTES - 100}, List.of("mem:/a"), BLOCK_BYTES);
    }

    private SoloCache tier(int blockCount, BlockSource source, NextUse nextUse, int frames) {
        return SoloCache.open(blocks(blockCount), source, nextUse, clock, (long) frames * BLOCK_BYTES, meter);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void hitsEqualAnOfflineBeladyReplay(long seed) {
        int blockCount = 40;
        int frames = 2 + (int) seed;
        Schedule schedule = Schedule.random(blockCount, 2000, seed);
        try (MemorySource source = new MemorySource();
                SoloCache tier = tier(blockCount, source, schedule, frames)) {
            for (int step = 0; step < schedule.blocks.length; step++) {
                int block = schedule.blocks[step];
                try (BlockLease lease = Awaited.lease(tier, block, step).join()) {
                    assertThat(MemorySource.holds(block, lease.segment())).isTrue();
                }
                clock.progress(step);
            }
            assertThat(meter.snapshot().ramHits()).as("seed %s", seed).isEqualTo(schedule.optimalHits(frames));
            assertThat(source.reads.get()).isEqualTo(2000 - schedule.optimalHits(frames));
        }
    }

    @Test
    void requestsForOneBlockShareOneLoad() {
        HeldSource source = new HeldSource();
        try (SoloCache tier = tier(4, source, (block, after) -> NextUse.NEVER, 2)) {
            Awaited first = Awaited.lease(tier, 3, 0);
            Awaited second = Awaited.lease(tier, 3, 0);
            assertThat(tier.prefetch(3, 1)).isTrue();
            assertThat(isResident(tier, 3)).isFalse();
            assertThat(source.count()).isEqualTo(1);
            source.read(0).complete();
            assertThat(first.join().segment().byteSize()).isEqualTo(BLOCK_BYTES - 100);
            assertThat(MemorySource.holds(3, second.join().segment())).isTrue();
            assertThat(isResident(tier, 3)).isTrue();
            assertThat(source.count()).isEqualTo(1);
        }
    }

    @Test
    void aLeasedBlockIsNotEvictedThoughItIsNeverNeededAgain() {
        Schedule schedule = new Schedule(3, 0, 1, 2, 1);
        HeldSource source = new HeldSource();
        try (SoloCache tier = tier(3, source, schedule, 2)) {
            Awaited leased = Awaited.lease(tier, 0, 0);
            source.read(0).complete();
            Awaited needed = Awaited.lease(tier, 1, 1);
            source.read(1).complete();
            needed.join().release();
            clock.progress(1);
            Awaited third = Awaited.lease(tier, 2, 2);
            source.read(2).complete();
            assertThat(third.lease).isCompleted();
            assertThat(MemorySource.holds(0, leased.join().segment())).isTrue();
            assertThat(isResident(tier, 1)).isFalse();
        }
    }

    @Test
    void loadsWaitForAFrameAndTheEarliestStepGoesFirst() {
        HeldSource source = new HeldSource();
        try (SoloCache tier = tier(6, source, (block, after) -> NextUse.NEVER, 2)) {
            Awaited a = Awaited.lease(tier, 0, 0);
            Awaited b = Awaited.lease(tier, 1, 0);
            Awaited late = Awaited.lease(tier, 2, 9);
            Awaited urgent = Awaited.lease(tier, 3, 5);
            Awaited raised = Awaited.lease(tier, 4, 20);
            Awaited.lease(tier, 4, 1);
            source.read(0).complete();
            source.read(1).complete();
            assertThat(source.count()).isEqualTo(2);
            a.join().release();
            assertThat(source.read(2).block()).isEqualTo(4);
            b.join().release();
            assertThat(source.read(3).block()).isEqualTo(3);
            source.read(3).complete();
            urgent.join().release();
            assertThat(source.read(4).block()).isEqualTo(2);
            source.read(4).complete();
            source.read(2).complete();
            assertThat(late.lease).isCompleted();
            assertThat(raised.lease).isCompleted();
        }
    }

    @Test
    void prefetchNeverDropsABlockNeededNoLaterThanItsOwn() {
        Schedule schedule = new Schedule(4, 0, 1, 2, 3, 0);
        HeldSource source = new HeldSource();
        try (SoloCache tier = tier(4, source, schedule, 2)) {
            assertThat(tier.prefetch(0, 0)).isTrue();
            assertThat(tier.prefetch(1, 1)).isTrue();
            source.read(0).complete();
            source.read(1).complete();
            assertThat(tier.prefetch(2, 2)).as("both blocks are needed sooner").isFalse();
            clock.progress(0);
            assertThat(tier.prefetch(2, 2)).as("block 0 is needed at step 4").isTrue();
            assertThat(source.read(2).block()).isEqualTo(2);
            source.read(2).complete();
            assertThat(tier.prefetch(3, 3)).isFalse();
            clock.progress(1);
            assertThat(tier.prefetch(3, 3)).as("block 1 is never needed again").isTrue();
            source.read(3).complete();
            assertThat(meter.snapshot().ramEvictions()).isEqualTo(2);
        }
    }

    @Test
    void aFailedLoadFailsEveryWaiterAndFreesItsFrame() {
        HeldSource source = new HeldSource();
        try (SoloCache tier = tier(4, source, (block, after) -> NextUse.NEVER, 2)) {
            Awaited first = Awaited.lease(tier, 0, 0);
            Awaited second = Awaited.lease(tier, 0, 0);
            source.read(0).fail(new IOException("reset"));
            assertThatThrownBy(first::join).hasRootCauseMessage("reset");
            assertThatThrownBy(second::join).hasRootCauseMessage("reset");
            Awaited again = Awaited.lease(tier, 0, 0);
            Awaited other = Awaited.lease(tier, 1, 0);
            source.read(1).complete();
            source.read(2).complete();
            assertThat(again.join().block()).isZero();
            assertThat(other.join().block()).isEqualTo(1);
            assertThat(meter.snapshot().failedLoads()).isEqualTo(1);
        }
    }

    @Test
    void aSourceThatFailsAtOnceFailsAThousandWaitersInTurn() {
        BlockSource broken = (block, deadline, destination) -> {
            throw new IllegalStateException("broken");
        };
        HeldSource held = new HeldSource();
        BlockSource source = (block, deadline, destination) ->
                block < 2 ? held.read(block, deadline, destination) : broken.read(block, deadline, destination);
        try (SoloCache tier = tier(20_000, source, (block, after) -> NextUse.NEVER, 2)) {
            Awaited first = Awaited.lease(tier, 0, 0);
            Awaited second = Awaited.lease(tier, 1, 0);
            List<Awaited> waiting = IntStream.range(2, 20_000)
                    .mapToObj(block -> Awaited.lease(tier, block, block))
                    .toList();
            held.read(0).complete();
            held.read(1).complete();
            first.join().release();
            assertThat(waiting).allMatch(waiter -> waiter.lease.isCompletedExceptionally());
            second.join().release();
        }
    }

    @Test
    void releasingTwiceReleasesOnce() {
        HeldSource source = new HeldSource();
        try (SoloCache tier = tier(3, source, (block, after) -> NextUse.NEVER, 2)) {
            BlockLease first = leased(tier, source, 0);
            BlockPins again = pins(0);
            tier.pinResident(again);
            BlockLease other = leased(tier, source, 1);
            first.release();
            first.release();
            assertThatThrownBy(first::segment).isInstanceOf(IllegalStateException.class);
            Awaited third = Awaited.lease(tier, 2, 0);
            assertThat(source.count()).as("block 0 is still pinned").isEqualTo(2);
            again.release();
            source.read(2).complete();
            third.join().release();
            other.release();
        }
    }

    @Test
    void pinsHoldTheResidentBlocksUntilTheyAreReleased() {
        HeldSource source = new HeldSource();
        try (SoloCache tier = tier(4, source, (block, after) -> NextUse.NEVER, 2)) {
            leased(tier, source, 0).release();
            leased(tier, source, 3).release();
            BlockPins pins = pins(0, 1, 3);
            assertThat(tier.pinResident(pins)).isEqualTo(2);
            assertThat(MemorySource.holds(0, pins.segment(0))).isTrue();
            assertThat(pins.segment(1)).isNull();
            assertThat(pins.segment(2).byteSize()).isEqualTo(BLOCK_BYTES - 100);

            Awaited other = Awaited.lease(tier, 2, 0);
            assertThat(source.count()).as("both frames are pinned").isEqualTo(2);
            pins.release();
            pins.release();
            source.read(2).complete();
            other.join().release();
            assertThat(source.count()).isEqualTo(3);
        }
    }

    @Test
    void pinsThatHoldBlocksCannotBeginAnew() {
        HeldSource source = new HeldSource();
        try (SoloCache tier = tier(4, source, (block, after) -> NextUse.NEVER, 2)) {
            leased(tier, source, 0).release();
            BlockPins pins = pins(0);
            tier.pinResident(pins);
            assertThatThrownBy(pins::begin).isInstanceOf(IllegalStateException.class);
            pins.release();
            pins.begin();
        }
    }

    private static boolean isResident(SoloCache tier, int block) {
        BlockPins pins = pins(block);
        boolean resident = tier.pinResident(pins) == 1;
        pins.release();
        return resident;
    }

    private static BlockPins pins(int... blocks) {
        BlockPins pins = new BlockPins();
        pins.begin();
        for (int block : blocks) {
            pins.add(block);
        }
        return pins;
    }

    private static BlockLease leased(SoloCache tier, HeldSource source, int block) {
        Awaited waiter = Awaited.lease(tier, block, 0);
        source.read(source.count() - 1).complete();
        return waiter.join();
    }

    @Test
    void closeWaitsForLoadsInFlightAndFailsEveryWaiter() throws Exception {
        HeldSource source = new HeldSource();
        SoloCache tier = tier(4, source, (block, after) -> NextUse.NEVER, 2);
        Awaited loading = Awaited.lease(tier, 0, 0);
        Awaited loadingToo = Awaited.lease(tier, 1, 0);
        Awaited queued = Awaited.lease(tier, 2, 0);
        CountDownLatch began = new CountDownLatch(1);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> {
            began.countDown();
            tier.close();
        });
        began.await();
        source.read(0).complete();
        // The second read is still writing: the frame must be mapped, whatever the closing thread has done by now.
        assertThat(closing.isDone()).isFalse();
        source.read(1).complete();
        closing.join();
        assertThatThrownBy(queued::join).hasRootCauseMessage("the RAM tier is closed");
        assertThat(loadingToo.lease).isDone();
        assertThat(loading.lease).isDone();
        assertThat(isResident(tier, 0)).isFalse();
        assertThat(tier.prefetch(3, 0)).isFalse();
        assertThatThrownBy(Awaited.lease(tier, 3, 0)::join).isInstanceOf(CompletionException.class);
        tier.close();
    }

    @Test
    void aBudgetOfLessThanTwoBlocksIsRefused() {
        assertThatThrownBy(() -> tier(4, (block, deadline, destination) -> Mono.empty(), (b, a) -> NextUse.NEVER, 1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("opening the RAM tier failed: budgetBytes=4096, blockBytes=4096, fewestBlocks=2;"
                        + " give it more memory, or use smaller blocks");
    }

    @Test
    void everyLeaseHoldsTheRightBytesWhileManyThreadsLeaseAtRandom() throws Exception {
        long seed = System.nanoTime();
        int blockCount = 30;
        int frames = 9;
        int threads = 4;
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        try (MemorySource source = new MemorySource();
                SoloCache tier = tier(blockCount, source, (block, after) -> after + 1 + (block * 7L) % 11, frames);
                ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> done = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                SplittableRandom random = new SplittableRandom(seed + thread);
                done.add(workers.submit(() -> {
                    BlockPins pins = new BlockPins();
                    for (int step = 0; step < 4000; step++) {
                        tier.prefetch(random.nextInt(blockCount), step + 3L);
                        List<BlockLease> leases = new ArrayList<>();
                        // Two blocks for each of four threads at most: fewer than the frames, as the contract asks.
                        pins.begin();
                        for (int i = 0; i < 2; i++) {
                            pins.add(random.nextInt(blockCount));
                        }
                        if (tier.pinResident(pins) < 2) {
                            leases.add(Awaited.lease(tier, random.nextInt(blockCount), step)
                                    .join());
                        }
                        for (int i = 0; i < 2; i++) {
                            MemorySegment pinned = pins.segment(i);
                            if (pinned != null && !MemorySource.holds(pins.block(i), pinned)) {
                                wrong.add("pinned block " + pins.block(i) + " at step " + step);
                            }
                        }
                        pins.release();
                        for (BlockLease lease : leases) {
                            if (!MemorySource.holds(lease.block(), lease.segment())) {
                                wrong.add("block " + lease.block() + " at step " + step);
                            }
                            lease.release();
                            if (random.nextInt(4) == 0) {
                                lease.release();
                            }
                        }
                        clock.progress(step);
                    }
                }));
            }
            for (Future<?> worker : done) {
                worker.get();
            }
        }
        assertThat(wrong).as("seed %s", seed).isEmpty();
        assertThat(meter.snapshot().ramEvictions()).isPositive();
    }
}
