package dev.penstock.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.CorruptDataException;
import dev.penstock.trainer.tensor.Libtorch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    private static final long SEED = 77;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    @Test
    void everyTypeAndShapeComesBackToTheBit() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (WeightType type : WeightType.values()) {
            tensors.put("a." + type, torch.randn(3, 5).mul(torch.randn(1)).to(type.scalarType()));
        }
        tensors.put("scalar", torch.randn(new long[0]));
        tensors.put("empty", torch.zeros(0, 4));
        tensors.put("transposed", torch.randn(2, 7).t());
        tensors.put("Übung \"x\"", torch.randn(1));
        Path file = directory.resolve("all.safetensors");

        Safetensors.write(file, tensors);
        Map<String, Tensor> read = Safetensors.read(file);

        NamedTensors.assertSameBits(read, tensors);
    }

    @Test
    void theBytesAreThoseOfTheFormat() throws IOException {
        Path file = directory.resolve("one.safetensors");
        Safetensors.write(file, Map.of("w", torch.zeros(1, 2).to(ScalarType.Short)));

        String json = "{\"w\":{\"dtype\":\"I16\",\"shape\":[1,2],\"data_offsets\":[0,4]}}";
        int padded = (json.length() + 7) / 8 * 8;
        assertThat(Files.readAllBytes(file))
                .hasSize(8 + padded + 4)
                .startsWith(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(padded)
                        .array())
                .containsSequence(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | 12 | b to begin at 8
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | 12 | a to begin at 0
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 12 | 8 bytes of data
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 4 | 8 bytes of data
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | 8 | 12 bytes of a
            {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}} | 8 | that can be counted
            {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | 8 | whole numbers from 0
            {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}} | 8 | whole numbers from 0
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | 8 | [begin, end]
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}} | 8 | [begin, end]
            {"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}} | 8 | a known dtype
            {"a":{"dtype":"F32","data_offsets":[0,8]}} | 8 | an array in a
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 8 | a JSON header
            {"a": | 8 | a JSON header
            [1] | 8 | a JSON object
            """)
    void aHeaderThatDoesNotDescribeItsDataIsRefused(String json, int dataBytes, String expected) throws IOException {
        Path file = Files.write(directory.resolve("bad.safetensors"), file(json.length(), json, dataBytes));

        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContainingAll(expected, "file=" + file);
    }

    @Test
    void aHeaderLongerThanItsFileIsRefusedBeforeItIsRead() throws IOException {
        for (long length : new long[] {-1, Long.MAX_VALUE, 100}) {
            Path file = Files.write(directory.resolve("long.safetensors"), file(length, "{}", 0));
            assertThatThrownBy(() -> Safetensors.read(file))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("a header of at most 2 bytes");
        }
        Path stub = Files.write(directory.resolve("stub.safetensors"), new byte[5]);
        assertThatThrownBy(() -> Safetensors.read(stub))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("at least 8 bytes");
    }

    @Test
    void damagedBytesAreRefusedOrReadButNeverCrash() throws IOException {
        Path sound = directory.resolve("sound.safetensors");
        Safetensors.write(sound, Map.of("a", torch.zeros(3, 2), "b", torch.zeros(2)));
        byte[] bytes = Files.readAllBytes(sound);
        Random random = new Random(SEED);
        Path file = directory.resolve("damaged.safetensors");
        for (int i = 0; i < 500; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            Files.write(file, damaged);
            try {
                assertThat(Safetensors.read(file))
                        .as("seed %d, attempt %d", SEED, i)
                        .isNotNull();
            } catch (CorruptDataException refused) {
                assertThat(refused).hasMessageContaining("damaged.safetensors");
            }
        }
    }

    private static byte[] file(long headerBytes, String json, int dataBytes) {
        return ByteBuffer.allocate(8 + json.length() + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes)
                .put(json.getBytes(StandardCharsets.US_ASCII))
                .array();
    }
}
