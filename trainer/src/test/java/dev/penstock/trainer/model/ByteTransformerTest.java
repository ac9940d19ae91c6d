package dev.penstock.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.error.ConfigurationException;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.tensor.Libtorch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ByteTransformerTest {

    private static final long SEED = 11;

    private final ByteTransformer model = new ByteTransformer(new TransformerShape(2, 16, 2, 64), SEED);
    private PointerScope scope;

    @BeforeEach
    void openScope() {
        Libtorch.initialize(1);
        scope = new PointerScope();
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void firstLossIsThatOfGuessingEveryByteAlike() {
        PackedSamples samples = pack(TestBatches.samples(SEED, 3, 20));

        double loss = model.lossSum(samples).item_double() / samples.targetCount();

        assertThat(loss).isCloseTo(Math.log(256), within(1e-4));
    }

    @Test
    void bytesOfOneSampleNeverReachAnother() {
        randomize();
        List<byte[]> before = TestBatches.samples(SEED, 5, 40);
        List<byte[]> after = new ArrayList<>(before);
        byte[] changed = before.get(2).clone();
        changed[0] ^= 0x55;
        changed[changed.length - 1] ^= 0x33;
        after.set(2, changed);

        float[][] logitsBefore = logitsBySample(before);
        float[][] logitsAfter = logitsBySample(after);

        for (int i = 0; i < before.size(); i++) {
            if (i == 2) {
                assertThat(logitsAfter[i]).isNotEqualTo(logitsBefore[i]);
            } else {
                assertThat(logitsAfter[i]).as("sample %d, seed %d", i, SEED).isEqualTo(logitsBefore[i]);
            }
        }
    }

    @Test
    void laterBytesOfASampleNeverReachEarlierOnes() {
        randomize();
        byte[] sample = TestBatches.samples(SEED, 1, 40).getFirst();
        byte[] changed = sample.clone();
        changed[sample.length - 1] ^= 0x11;

        float[] before = logitsBySample(List.of(sample))[0];
        float[] after = logitsBySample(List.of(changed))[0];

        int earlier = 256 * (sample.length - 1);
        assertThat(Arrays.copyOf(after, earlier)).isEqualTo(Arrays.copyOf(before, earlier));
        assertThat(after).isNotEqualTo(before);
    }

    @Test
    void aPackGivesWhatEachSampleGivesAlone() {
        randomize();
        List<byte[]> samples = TestBatches.samples(SEED, 6, 40);

        float[][] packed = logitsBySample(samples);

        for (int i = 0; i < samples.size(); i++) {
            float[] alone = logitsBySample(List.of(samples.get(i)))[0];
            assertThat(packed[i]).as("sample %d, seed %d", i, SEED).containsExactly(alone, within(2e-5f));
        }
    }

    @Test
    void lossOfAPackIsTheSumOfItsSamplesWithEmptyAndOneByteSamplesAddingNothing() {
        randomize();
        List<byte[]> samples = new ArrayList<>(TestBatches.samples(SEED, 3, 40));
        double expected = samples.stream()
                .mapToDouble(sample -> model.lossSum(pack(List.of(sample))).item_double())
                .sum();
        samples.add(1, new byte[0]);
        samples.add(2, new byte[] {'x'});
        samples.add(new byte[0]);

        PackedSamples packed = pack(samples);

        assertThat(model.lossSum(packed).item_double()).isCloseTo(expected, within(1e-3));
        assertThat(packed.targetCount())
                .isEqualTo(samples.stream()
                        .mapToLong(s -> Math.max(0, s.length - 1))
                        .sum());
    }

    @Test
    void aSampleLongerThanTheModelTakesIsRefused() {
        PackedSamples tooLong = pack(List.of(new byte[65]));

        assertThatThrownBy(() -> model.lossSum(tooLong))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("sampleBytes=65, maxSampleBytes=64");
    }

    /// The output layer starts at zero, where every claim about logits would hold by accident.
    private void randomize() {
        try (NoGradGuard _ = new NoGradGuard()) {
            model.parameters()
                    .values()
                    .copy_(torch.randn(model.parameters().count()).mul_(new Scalar(0.2)));
        }
    }

    private float[][] logitsBySample(List<byte[]> samples) {
        Tensor logits = model.logits(pack(samples)).contiguous();
        float[] all = new float[Math.toIntExact(logits.numel())];
        logits.data_ptr_float().get(all);
        float[][] bySample = new float[samples.size()][];
        int next = 0;
        for (int i = 0; i < bySample.length; i++) {
            int count = 256 * samples.get(i).length;
            bySample[i] = Arrays.copyOfRange(all, next, next + count);
            next += count;
        }
        return bySample;
    }

    private static PackedSamples pack(List<byte[]> samples) {
        int bytes = samples.stream().mapToInt(sample -> sample.length).sum();
        MemorySegment packed = Arena.ofAuto().allocate(Math.max(1, bytes));
        long next = 0;
        for (byte[] sample : samples) {
            MemorySegment.copy(MemorySegment.ofArray(sample), 0, packed, next, sample.length);
            next += sample.length;
        }
        return new PackedSamples(
                packed.asSlice(0, bytes),
                samples.stream().mapToLong(sample -> sample.length).toArray());
    }
}
