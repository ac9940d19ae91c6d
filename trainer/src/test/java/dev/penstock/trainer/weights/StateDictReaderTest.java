package dev.penstock.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.trainer.tensor.Libtorch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDictReaderTest {

    private static final long SEED = 78;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    private static Map<String, Tensor> someOfEveryType() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (WeightType type : WeightType.values()) {
            tensors.put("a." + type, torch.randn(3, 5).to(type.scalarType()));
        }
        tensors.put("scalar", torch.randn(new long[0]));
        tensors.put("empty", torch.zeros(0, 4));
        tensors.put("transposed", torch.randn(2, 7).t());
        return tensors;
    }

    @Test
    void whatWasWrittenAsAStateDictComesBackToTheBit() throws IOException {
        Map<String, Tensor> tensors = someOfEveryType();
        Path file = directory.resolve("state_dict.pt");
        StateDict.write(file, tensors);

        Map<String, Tensor> read = WeightFiles.read(file);

        NamedTensors.assertSameBits(read, tensors);
    }

    @Test
    void damagedBytesAreRefusedOrReadButNeverCrash() throws IOException {
        Path sound = directory.resolve("sound.pt");
        StateDict.write(sound, Map.of("a", torch.zeros(3, 2), "b", torch.zeros(2)));
        byte[] bytes = Files.readAllBytes(sound);
        Random random = new Random(SEED);
        Path file = directory.resolve("damaged.pt");
        for (int i = 0; i < 500; i++) {
            byte[] damaged = bytes.clone();
            // The first four say that it is a zip.
            damaged[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt(256);
            Files.write(file, damaged);
            try {
                assertThat(WeightFiles.read(file))
                        .as("seed %d, attempt %d", SEED, i)
                        .isNotNull();
            } catch (CorruptDataException refused) {
                assertThat(refused).hasMessageContaining("damaged.pt");
            }
        }
    }

    @Test
    void pickleThatCallsSomethingIsRefusedAndNotObeyed() throws IOException {
        Path file = directory.resolve("evil.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("evil/data.pkl"));
            zip.write("\u0080\u0002cos\nsystem\n(X\u0002\u0000\u0000\u0000lstR.".getBytes(StandardCharsets.ISO_8859_1));
        }

        assertThatThrownBy(() -> WeightFiles.read(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("it calls os.system");
    }

    @Test
    void weightsOfAnotherModelAreRefusedByNameAndShapeAndChangeNothing() {
        Tensor kept = torch.zeros(2);
        Map<String, Tensor> model = Map.of("same", kept, "shape", torch.zeros(3), "missing", torch.zeros(1));
        StrictWeights weights = new StrictWeights(
                Path.of("other.pt"), Map.of("same", torch.ones(2), "shape", torch.ones(4), "extra", torch.ones(1)));

        assertThatThrownBy(() -> weights.copyTo(model))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("file=other.pt, missing=missing, unexpected=extra, otherShape=shape[4] for [3]");
        assertThat(torch.equal(kept, torch.zeros(2))).isTrue();
    }

    @Test
    void weightsThatAreNotFiniteAreRefusedByNameUnlessTheModelHasThemToo() {
        Tensor infinite = torch.ones(2).div(torch.zeros(2));
        Tensor kept = torch.zeros(2);
        Map<String, Tensor> model = Map.of("mask", infinite, "kept", kept, "weight", torch.zeros(2));
        StrictWeights bad = new StrictWeights(
                Path.of("bad.pt"), Map.of("mask", infinite, "kept", torch.ones(2), "weight", infinite.sub(infinite)));

        assertThatThrownBy(() -> bad.copyTo(model))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("file=bad.pt, notFinite=weight;");
        assertThat(torch.equal(kept, torch.zeros(2))).isTrue();
    }
}
