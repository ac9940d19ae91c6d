package dev.penstock.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.error.ConfigurationException;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShuffleQualityTest {

    private static final long SEED = 512;

    /// 400 shards of 1000 samples.
    private static final long[] EQUAL =
            LongStream.rangeClosed(0, 400).map(shard -> shard * 1000).toArray();

    @Test
    void fullShuffleIsTheUnit() {
        var quality = new ShuffleQuality(EQUAL, 512, 1);
        assertThat(quality.designEffect(new Shuffle.Full())).isEqualTo(1);
        assertThat(quality.designEffect(new Shuffle.OpenShards(400))).isEqualTo(1);
    }

    /// An independent simulation of block shuffles of 32 shards found a variance inflation of 14.9.
    @Test
    void blocksOfShardsInflateVarianceAsSimulated() {
        var quality = new ShuffleQuality(EQUAL, 512, 1);
        assertThat(quality.designEffect(new Shuffle.OpenShards(32))).isCloseTo(14.9, Percentage.withPercentage(10));
    }

    @ParameterizedTest
    @CsvSource({"1", "3", "8", "32", "150"})
    void formulaAgreesWithTheOrderItself(int openShards) {
        double counted = countedExcess(EQUAL, openShards, 512);
        double expected = new ShuffleQuality(EQUAL, 512, 1).designEffect(new Shuffle.OpenShards(openShards)) - 1;
        assertThat(counted).as("seed %d", SEED).isCloseTo(expected, Percentage.withPercentage(3));
    }

    @ParameterizedTest
    @CsvSource({"1", "4", "16"})
    void formulaIsCloseForUnequalShards(int openShards) {
        long[] firstSample = new long[201];
        for (int shard = 0; shard < 200; shard++) {
            firstSample[shard + 1] = firstSample[shard] + 100 + 7L * shard;
        }
        double counted = countedExcess(firstSample, openShards, 256);
        double expected = new ShuffleQuality(firstSample, 256, 1).designEffect(new Shuffle.OpenShards(openShards)) - 1;
        assertThat(counted).as("seed %d", SEED).isCloseTo(expected, Percentage.withPercentage(6));
    }

    /// Other samples of its own shard in a sample's batch, counted, above those of the full shuffle.
    private static double countedExcess(long[] firstSample, int openShards, int batchSize) {
        return countedMates(firstSample, new Shuffle.OpenShards(openShards), batchSize)
                - countedMates(firstSample, new Shuffle.Full(), batchSize);
    }

    private static double countedMates(long[] firstSample, Shuffle shuffle, int batchSize) {
        int epochs = 3;
        int shardCount = firstSample.length - 1;
        var order = new SampleOrder(firstSample, shuffle, SEED);
        var batches = new GlobalBatches(order.sampleCount(), batchSize, epochs, Remainder.SHORT);
        long mates = 0;
        int[] inBatch = new int[shardCount];
        EpochOrder epoch = order.epoch(0);
        for (long step = 0; step < batches.stepCount(); step++) {
            long index = batches.firstPosition(step) % order.sampleCount();
            if (index == 0) {
                epoch = order.epoch(batches.epochOf(step));
            }
            Arrays.fill(inBatch, 0);
            for (long end = index + batches.size(step); index < end; index++) {
                mates += 2L * inBatch[Rows.rowOf(firstSample, 0, shardCount, epoch.sampleAt(index))]++;
            }
        }
        return (double) mates / (epochs * order.sampleCount());
    }

    @Test
    void correlationScalesTheExcess() {
        double whole = new ShuffleQuality(EQUAL, 512, 1).designEffect(new Shuffle.OpenShards(8)) - 1;
        double tenth = new ShuffleQuality(EQUAL, 512, 0.1).designEffect(new Shuffle.OpenShards(8)) - 1;
        assertThat(tenth).isCloseTo(whole / 10, within(1e-9));
        assertThat(new ShuffleQuality(EQUAL, 512, 0).effectiveShare(new Shuffle.None()))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0.01", "0.05", "0.3", "0.5", "0.9", "1"})
    void smallestOpenShardsReachTheShareAndOneFewerDoNot(double wantedShare) {
        var quality = new ShuffleQuality(EQUAL, 512, 0.3);
        int openShards = quality.smallestOpenShards(wantedShare);
        assertThat(quality.effectiveShare(new Shuffle.OpenShards(openShards))).isGreaterThanOrEqualTo(wantedShare);
        for (int fewer = 1; fewer < openShards; fewer++) {
            assertThat(quality.effectiveShare(new Shuffle.OpenShards(fewer)))
                    .as("k=%d below k=%d", fewer, openShards)
                    .isLessThan(wantedShare);
        }
    }

    @Test
    void shardsOfOneSampleLoseNothing() {
        long[] single = LongStream.rangeClosed(0, 50).toArray();
        assertThat(new ShuffleQuality(single, 8, 1).smallestOpenShards(1)).isEqualTo(1);
    }

    @Test
    void sharesThatCannotBeAreRefused() {
        var quality = new ShuffleQuality(EQUAL, 512, 1);
        for (double share : new double[] {0, -1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> quality.smallestOpenShards(share)).isInstanceOf(ConfigurationException.class);
        }
        assertThatThrownBy(() -> new ShuffleQuality(EQUAL, 512, 2)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> new ShuffleQuality(EQUAL, 0, 1)).isInstanceOf(ConfigurationException.class);
    }
}
