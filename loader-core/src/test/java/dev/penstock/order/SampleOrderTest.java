package dev.penstock.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SampleOrderTest {

    private static final long SEED = 7_001;

    @Test
    void eachSampleOncePerEpochAndInverted() {
        var random = new SplittableRandom(SEED);
        for (int round = 0; round < 3_000; round++) {
            long[] firstSample = randomShards(random);
            Shuffle shuffle = randomShuffle(random, firstSample.length - 1);
            long epochNumber = random.nextLong(1000);
            EpochOrder epoch = new SampleOrder(firstSample, shuffle, random.nextLong()).epoch(epochNumber);
            int count = (int) firstSample[firstSample.length - 1];
            BitSet seen = new BitSet(count);
            for (int index = 0; index < count; index++) {
                long sample = epoch.sampleAt(index);
                assertThat(epoch.indexOf(sample))
                        .as("round %d seed %d %s", round, SEED, shuffle)
                        .isEqualTo(index);
                seen.set((int) sample);
            }
            assertThat(seen.cardinality()).as("round %d seed %d", round, SEED).isEqualTo(count);
            assertThat(seen.length()).isEqualTo(count);
        }
    }

    @Test
    void consecutiveSamplesTouchAtMostTheOpenShards() {
        long[] firstSample = {0, 3, 10, 11, 30, 42, 50, 61, 64};
        for (int epochNumber = 0; epochNumber < 200; epochNumber++) {
            EpochOrder epoch = new SampleOrder(firstSample, new Shuffle.OpenShards(3), SEED).epoch(epochNumber);
            int changes = 0;
            Set<Integer> open = new HashSet<>();
            Set<Integer> closed = new HashSet<>();
            for (long index = 0; index < 64; index++) {
                int shard = Rows.rowOf(firstSample, 0, 8, epoch.sampleAt(index));
                assertThat(closed).as("epoch %d", epochNumber).doesNotContain(shard);
                if (open.size() == 3 && !open.contains(shard)) {
                    closed.addAll(open);
                    open.clear();
                    changes++;
                }
                open.add(shard);
            }
            assertThat(changes).isEqualTo(2);
        }
    }

    @Test
    void noShuffleKeepsStoredOrder() {
        EpochOrder epoch = new SampleOrder(new long[] {0, 0, 4, 9}, new Shuffle.None(), SEED).epoch(5);
        assertThat(LongStream.range(0, 9).map(epoch::sampleAt)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void openingEveryShardIsTheFullShuffle() {
        long[] firstSample = {0, 10, 20, 35};
        long[] full = listed(new SampleOrder(firstSample, new Shuffle.Full(), SEED).epoch(2));
        assertThat(listed(new SampleOrder(firstSample, new Shuffle.OpenShards(3), SEED).epoch(2)))
                .isEqualTo(full);
        assertThat(listed(new SampleOrder(firstSample, new Shuffle.OpenShards(Integer.MAX_VALUE), SEED).epoch(2)))
                .isEqualTo(full);
    }

    @Test
    void epochsAndSeedsDiffer() {
        long[] firstSample = {0, 10, 20, 35};
        for (Shuffle shuffle : new Shuffle[] {new Shuffle.Full(), new Shuffle.OpenShards(2)}) {
            Set<String> orders = new HashSet<>();
            for (int seed = 0; seed < 20; seed++) {
                for (int epoch = 0; epoch < 20; epoch++) {
                    orders.add(Arrays.toString(listed(new SampleOrder(firstSample, shuffle, seed).epoch(epoch))));
                }
            }
            assertThat(orders).hasSize(400);
        }
    }

    @Test
    void anyIndexIsReachedWithoutTheOnesBefore() {
        long[] firstSample = {0, 10, 20, 35};
        long[] sequential = listed(new SampleOrder(firstSample, new Shuffle.OpenShards(2), SEED).epoch(3));
        for (int index = 34; index >= 0; index--) {
            EpochOrder fresh = new SampleOrder(firstSample, new Shuffle.OpenShards(2), SEED).epoch(3);
            assertThat(fresh.sampleAt(index)).isEqualTo(sequential[index]);
        }
    }

    @Test
    void hugeShardsAreServed() {
        long[] firstSample = {0, 1L << 60, 1L << 60, (1L << 62) - 1, 1L << 62};
        for (Shuffle shuffle : new Shuffle[] {new Shuffle.None(), new Shuffle.Full(), new Shuffle.OpenShards(2)}) {
            EpochOrder epoch = new SampleOrder(firstSample, shuffle, SEED).epoch(Long.MAX_VALUE);
            for (long index : new long[] {0, 1L << 40, 1L << 61, (1L << 62) - 1}) {
                assertThat(epoch.indexOf(epoch.sampleAt(index))).isEqualTo(index);
            }
            assertThatThrownBy(() -> epoch.sampleAt(1L << 62)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> epoch.indexOf(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    /// A changed value here means a new [SampleOrder#ORDER_VERSION]: saved positions of old runs stop being valid.
    @Test
    void orderIsPinnedToItsVersion() {
        long[] firstSample = {0, 7, 7, 20, 21, 40};
        assertThat(SampleOrder.ORDER_VERSION).isEqualTo(1);
        assertThat(listed(new SampleOrder(firstSample, new Shuffle.Full(), 42).epoch(3)))
                .containsExactly(
                        10, 2, 36, 28, 7, 35, 4, 24, 18, 12, 0, 37, 33, 29, 14, 5, 27, 25, 3, 1, 9, 8, 23, 30, 15, 32,
                        11, 17, 26, 6, 16, 34, 38, 20, 21, 31, 19, 13, 39, 22);
        assertThat(listed(new SampleOrder(firstSample, new Shuffle.OpenShards(2), 42).epoch(3)))
                .containsExactly(
                        18, 19, 8, 10, 9, 14, 17, 15, 7, 11, 16, 13, 12, 4, 27, 34, 35, 22, 38, 24, 6, 30, 32, 37, 2, 1,
                        3, 28, 29, 0, 5, 33, 23, 39, 31, 36, 21, 26, 25, 20);
        EpochOrder medium = new SampleOrder(new long[] {0, 15_224}, new Shuffle.Full(), -1).epoch(0);
        assertThat(LongStream.of(0, 1, 15_223).map(medium::sampleAt)).containsExactly(4587L, 9047L, 5955L);
        EpochOrder huge = new SampleOrder(new long[] {0, 1L << 62}, new Shuffle.Full(), 42).epoch(1);
        assertThat(LongStream.of(0, 1, 1L << 61).map(huge::sampleAt))
                .containsExactly(4287324376873793237L, 3418258786687602798L, 1510068821845265385L);
    }

    @Test
    void datasetWithoutSamplesIsRefused() {
        for (long[] empty : new long[][] {{}, {0}, {0, 0, 0}}) {
            assertThatThrownBy(() -> new SampleOrder(empty, new Shuffle.Full(), SEED))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("no samples");
        }
    }

    private static long[] randomShards(SplittableRandom random) {
        long[] firstSample = new long[random.nextInt(2, 30)];
        for (int shard = 1; shard < firstSample.length; shard++) {
            firstSample[shard] = firstSample[shard - 1] + random.nextInt(random.nextBoolean() ? 2 : 20);
        }
        firstSample[firstSample.length - 1]++;
        return firstSample;
    }

    private static Shuffle randomShuffle(SplittableRandom random, int shardCount) {
        return switch (random.nextInt(6)) {
            case 0 -> new Shuffle.None();
            case 1 -> new Shuffle.Full();
            default -> new Shuffle.OpenShards(random.nextInt(1, shardCount + 2));
        };
    }

    private static long[] listed(EpochOrder epoch) {
        return LongStream.range(0, epoch.sampleCount()).map(epoch::sampleAt).toArray();
    }
}
