package dev.penstock.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedCacheTest {

    private static final int BLOCK_BYTES = 4096;
    private static final NextUse NEVER = (block, after) -> NextUse.NEVER;

    private final HeldSource held = new HeldSource();
    private final TierMeter meter = new TierMeter();
    private final AtomicLong nanos = new AtomicLong();
    private final StepClock clock = new StepClock(0, nanos::get);
    private final BlockCache cache = cache(2);

    private static BlockCache cache(int frames) {
        return BlockCache.open(new CacheConfig(BLOCK_BYTES, (long) frames * BLOCK_BYTES, Optional.empty()));
    }

    @AfterEach
    void close() {
        held.failTheRest();
        cache.close();
    }

    private static BlockMap map(String identity, int blocks) {
        return new BlockMap(new long[] {(long) blocks * BLOCK_BYTES}, List.of(identity), BLOCK_BYTES);
    }

    private JobBlocks attach(String dataset, BlockSource source) {
        return cache.attach(map(dataset, 8), source, NEVER, clock, meter);
    }

    private static boolean isResident(JobBlocks job, int block) {
        BlockPins pins = new BlockPins();
        pins.begin();
        pins.add(block);
        boolean resident = job.pinResident(pins) == 1;
        pins.release();
        return resident;
    }

    @Test
    void oneFetchServesEveryJobOfADataset() {
        JobBlocks first = attach("a", held);
        JobBlocks second = attach("a", held);
        JobBlocks other = attach("b", held);
        Awaited one = Awaited.lease(first, 3, 0);
        Awaited two = Awaited.lease(second, 3, 0);
        assertThat(held.count()).isEqualTo(1);
        held.read(0).complete();
        one.join().release();
        assertThat(MemorySource.holds(3, two.join().segment())).isTrue();
        two.join().release();
        assertThat(isResident(second, 3)).isTrue();
        assertThat(isResident(other, 3)).as("another dataset").isFalse();
    }

    @Test
    void aLaterJobFindsWhatADetachedOneLoaded() {
        try (JobBlocks first = attach("a", held)) {
            Awaited.lease(first, 3, 0);
            held.read(0).complete();
        }
        attach("b", held);
        assertThat(isResident(attach("a", held), 3)).isTrue();
    }

    @Test
    void blocksOfADetachedJobMakeRoomBeforeThoseOfOthers() {
        JobBlocks gone = cache.attach(map("a", 8), held, (block, after) -> after + 1, clock, meter);
        JobBlocks stays = cache.attach(map("b", 8), held, (block, after) -> after + 9, clock, meter);
        load(gone, 1);
        load(stays, 1);
        gone.close();
        load(stays, 2);
        assertThat(isResident(stays, 1)).isTrue();
        assertThat(isResident(attach("a", held), 1)).isFalse();
    }

    private void load(JobBlocks job, int block) {
        Awaited waiter = Awaited.lease(job, block, 0);
        held.read(held.count() - 1).complete();
        waiter.join().release();
    }

    @Test
    void aDetachedJobsLoadsAreDroppedUnlessOthersWaitForThem() {
        HeldSource leaving = new HeldSource();
        JobBlocks first = attach("a", leaving);
        JobBlocks second = attach("a", held);
        BlockLease one = leased(second, 0);
        BlockLease two = leased(second, 1);
        Awaited alone = Awaited.lease(first, 2, 0);
        Awaited shared = Awaited.lease(first, 3, 0);
        Awaited stays = Awaited.lease(second, 3, 5);
        first.close();
        first.close();
        assertThatThrownBy(alone::join).hasRootCauseMessage("the job is detached from its cache");
        assertThatThrownBy(shared::join).hasRootCauseMessage("the job is detached from its cache");
        one.release();
        two.release();
        assertThat(leaving.count()).isZero();
        assertThat(held.count()).isEqualTo(3);
        held.read(2).complete();
        assertThat(stays.join().block()).isEqualTo(3);
        assertThat(first.prefetch(4, 0)).isFalse();
        assertThatThrownBy(Awaited.lease(first, 3, 0)::join).hasRootCauseMessage("the job is detached from its cache");
    }

    private BlockLease leased(JobBlocks job, int block) {
        Awaited waiter = Awaited.lease(job, block, 0);
        held.read(held.count() - 1).complete();
        return waiter.join();
    }

    @Test
    void detachingWaitsForReadsOfItsSourceWhichStillServeOthers() throws Exception {
        HeldSource leaving = new HeldSource();
        JobBlocks first = attach("a", leaving);
        JobBlocks second = attach("a", held);
        Awaited own = Awaited.lease(first, 3, 0);
        Awaited others = Awaited.lease(second, 3, 0);
        Thread detaching = Thread.ofPlatform().start(first::close);
        while (detaching.getState() != Thread.State.WAITING && detaching.isAlive()) {
            Thread.onSpinWait();
        }
        assertThat(detaching.isAlive()).isTrue();
        leaving.read(0).complete();
        detaching.join();
        assertThat(others.join().block()).isEqualTo(3);
        assertThat(own.lease).isDone();
        assertThat(held.count()).isZero();
    }

    @Test
    void aFailingSourceFailsItsOwnJobAndTheBlockIsReadThroughAnothers() {
        HeldSource failing = new HeldSource();
        JobBlocks first = attach("a", failing);
        JobBlocks second = attach("a", held);
        Awaited own = Awaited.lease(first, 3, 0);
        Awaited others = Awaited.lease(second, 3, 0);
        failing.read(0).fail(new IllegalStateException("wrong credentials"));
        assertThatThrownBy(own::join).hasRootCauseMessage("wrong credentials");
        assertThat(others.lease).isNotDone();
        held.read(0).complete();
        assertThat(others.join().block()).isEqualTo(3);
    }

    @Test
    void aBlockThatIsForgottenIsReadAgain() {
        JobBlocks job = attach("a", held);
        load(job, 1);
        job.forget(1);
        assertThat(isResident(job, 1)).isFalse();
        load(job, 1);
        assertThat(isResident(job, 1)).isTrue();
    }

    /// A clock that has done steps 0 and 1.
    private StepClock pacing(long stepNanos) {
        StepClock clock = new StepClock(0, nanos::get);
        clock.progress(0);
        nanos.addAndGet(stepNanos);
        clock.progress(1);
        return clock;
    }

    /// The fast job asks for one urgent block after the other; the slow one's turn must come.
    @Test
    void aJobThatWaitsLongEnoughComesFirst() {
        StepClock fast = pacing(1_000);
        StepClock slow = pacing(100_000);
        JobBlocks hasty = cache.attach(map("a", 4000), held, NEVER, fast, meter);
        JobBlocks patient = cache.attach(map("b", 8), held, NEVER, slow, meter);
        BlockLease one = leased(hasty, 0);
        BlockLease two = leased(hasty, 1);
        Awaited waits = Awaited.lease(patient, 7, 4);
        Awaited urgent = Awaited.lease(hasty, 2, 2);
        one.release();
        held.read(2).complete();
        BlockLease last = urgent.join();
        int served = 0;
        while (!waits.lease.isDone() && served < 1000) {
            nanos.addAndGet(500);
            Awaited next = Awaited.lease(hasty, 3 + served++, 2);
            last.release();
            held.read(held.count() - 1).complete();
            if (!waits.lease.isDone()) {
                last = next.join();
            }
        }
        assertThat(served).as("turns of the fast job while the slow one waited").isBetween(100, 500);
        two.release();
    }

    @Test
    void stepsOfJobsCompareByTime() {
        StepClock fast = pacing(10);
        StepClock slow = pacing(1000);
        JobBlocks hasty = cache.attach(map("a", 8), held, (block, after) -> 11, fast, meter);
        JobBlocks patient = cache.attach(map("b", 8), held, (block, after) -> block == 1 ? 5 : 4, slow, meter);
        load(hasty, 1);
        load(patient, 1);
        assertThat(patient.prefetch(2, 5)).as("as late as the latest").isFalse();
        assertThat(patient.prefetch(2, 4))
                .as("ten fast steps are sooner than two slow ones")
                .isTrue();
        held.read(2).complete();
        assertThat(isResident(hasty, 1)).isTrue();
        assertThat(isResident(patient, 1)).isFalse();
    }

    @Test
    void aBlockIsNeededWhenTheFirstOfItsDatasetsJobsNeedsIt() {
        NextUse sooner = (block, after) -> block == 1 ? 5 : block == 4 ? 10 : 30;
        JobBlocks late = cache.attach(map("a", 8), held, (block, after) -> 50, clock, meter);
        JobBlocks other = cache.attach(map("b", 8), held, (block, after) -> 20, new StepClock(0), meter);
        cache.attach(map("a", 8), held, sooner, clock, meter);
        load(late, 1);
        load(other, 1);
        assertThat(late.prefetch(2, 50))
                .as("30 by the third job's order, later than 20")
                .isFalse();
        assertThat(late.prefetch(4, 50)).as("10 by the third job's order").isTrue();
        held.read(2).complete();
        assertThat(isResident(late, 1)).as("5 by the third job's order").isTrue();
        assertThat(isResident(other, 1)).isFalse();
    }

    /// Jobs in lockstep lease one block per step; every hit is counted and compared with an offline replay.
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 1", "4, 4", "8, 3"})
    void hitsOfJobsInLockstepEqualAnOfflineBeladyReplay(int jobCount, int datasets) {
        for (long seed = 1; seed <= 4; seed++) {
            hitsEqualReplay(jobCount, datasets, seed);
        }
    }

    private static void hitsEqualReplay(int jobCount, int datasets, long seed) {
        int blocks = 25;
        int steps = 300;
        int frames = 4 + (int) seed * 3;
        List<Schedule> schedules = IntStream.range(0, jobCount)
                .mapToObj(job -> Schedule.random(blocks, steps, 100 * seed + job))
                .toList();
        int[] merged = IntStream.range(0, steps * jobCount)
                .map(at -> schedules.get(at % jobCount).blocks[at / jobCount] + at % jobCount % datasets * blocks)
                .toArray();
        int optimal = new Schedule(blocks * datasets, merged).optimalHits(frames);
        TierMeter meter = new TierMeter();
        AtomicLong nanos = new AtomicLong();
        SplittableRandom noise = new SplittableRandom(seed);
        try (MemorySource source = new MemorySource();
                BlockCache cache = cache(frames)) {
            List<StepClock> clocks = new ArrayList<>();
            List<JobBlocks> jobs = new ArrayList<>();
            for (int job = 0; job < jobCount; job++) {
                clocks.add(new StepClock(0, nanos::incrementAndGet));
                jobs.add(cache.attach(
                        map("dataset " + job % datasets, blocks), source, schedules.get(job), clocks.get(job), meter));
            }
            for (int at = 0; at < merged.length; at++) {
                int step = at / jobCount;
                int job = at % jobCount;
                Awaited.lease(jobs.get(job), schedules.get(job).blocks[step], step)
                        .join()
                        .release();
                nanos.addAndGet(1_000_000 + noise.nextInt(10_000));
                clocks.get(job).progress(step);
            }
        }
        assertThat(meter.snapshot().ramHits())
                .as("%d jobs, %d datasets, seed %d", jobCount, datasets, seed)
                .isEqualTo(optimal);
    }
}
