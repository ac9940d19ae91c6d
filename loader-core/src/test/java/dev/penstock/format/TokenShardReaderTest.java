package dev.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.ElementType;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.format.RecordedSamples.Sample;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenShardReaderTest {

    @TempDir
    Path directory;

    @Test
    void windowsAreOfOneLengthAndTheLastIsShort() throws IOException {
        assertThat(cut(uint16(1, 2, 3, 0xFFFF, 5), "uint16,window=2"))
                .containsExactly(List.of(1, 2), List.of(3, 0xFFFF), List.of(5));
        assertThat(cut(uint16(1, 2), "uint16,window=2")).containsExactly(List.of(1, 2));
        assertThat(cut(uint16(), "uint16,window=2")).isEmpty();
    }

    @Test
    void aDocumentKeepsTheSeparatorThatEndsIt() throws IOException {
        assertThat(cut(uint16(1, 2, 9, 9, 3, 9), "uint16,eos=9"))
                .containsExactly(List.of(1, 2, 9), List.of(9), List.of(3, 9));
    }

    @Test
    void tokensBehindTheLastSeparatorAreADocument() throws IOException {
        assertThat(cut(uint16(9, 7, 8), "uint16,eos=9")).containsExactly(List.of(9), List.of(7, 8));
    }

    @Test
    void samplesThatLieAcrossReadBlocksAreWhole() throws IOException {
        int tokens = ShardBytes.BLOCK_BYTES / 4 + 3;
        ByteBuffer stream = ByteBuffer.allocate(tokens * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int t = 0; t < tokens; t++) {
            stream.putInt(t);
        }
        int window = ShardBytes.BLOCK_BYTES / 4 - 1;
        List<Sample> windows = read(stream.array(), "int32,window=" + window);
        assertThat(windows).extracting(Sample::key).containsExactly("0", "1");
        assertThat(bytes(windows.get(0))).hasSize(window * 4);
        assertThat(ByteBuffer.wrap(bytes(windows.get(1)))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt())
                .isEqualTo(window);
        List<Sample> documents = read(stream.array(), "int32,eos=" + (tokens - 2));
        assertThat(documents).hasSize(2);
        assertThat(bytes(documents.get(0))).hasSize((tokens - 1) * 4);
    }

    @Test
    void aSizeThatIsNoWholeNumberOfTokensIsAnError() {
        assertThatThrownBy(() -> read(new byte[5], "int32,window=1"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage("shard read failed: shard=shard, offset=5, expected=whole tokens of 4 bytes, found=5 bytes;"
                        + " restore the shard, or make it again from its source");
    }

    @Test
    void aTokenThatInt32CannotHoldIsAnError() {
        assertThatThrownBy(() -> read(new byte[] {0, 0, 0, 0, 1, 0, 0, (byte) 0x80}, "int32,window=1"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("offset=4")
                .hasMessageContaining("found=2147483649");
    }

    @ParameterizedTest
    @ValueSource(strings = {"uint16,window=2048", "int32,eos=50256"})
    void aFormatIsReadFromWhatItWrites(String text) {
        assertThat(TokenFormat.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "uint8,window=4",
                "uint16,window=0",
                "uint16,eos=65536",
                "int32,eos=-1",
                "int32",
                "int32,window=99999999999"
            })
    void aNonsenseFormatIsRefused(String text) {
        assertThatThrownBy(() -> TokenFormat.parse(text)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void onlyTokenTypesAreTokens() {
        assertThatThrownBy(() -> new TokenFormat(ElementType.FLOAT32, new TokenCut.Windows(1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("FLOAT32");
    }

    private List<List<Integer>> cut(byte[] stream, String format) throws IOException {
        List<List<Integer>> samples = new ArrayList<>();
        for (Sample sample : read(stream, format)) {
            ByteBuffer bytes = ByteBuffer.wrap(bytes(sample)).order(ByteOrder.LITTLE_ENDIAN);
            List<Integer> tokens = new ArrayList<>();
            while (bytes.hasRemaining()) {
                tokens.add((int) bytes.getChar());
            }
            samples.add(tokens);
        }
        return samples;
    }

    private List<Sample> read(byte[] stream, String format) throws IOException {
        return RecordedSamples.ofTokens(directory, stream, TokenFormat.parse(format)).samples;
    }

    private static byte[] bytes(Sample sample) {
        return sample.fields().get(TokenFormat.FIELD).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] uint16(int... tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * tokens.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int token : tokens) {
            bytes.putChar((char) token);
        }
        return bytes.array();
    }
}
