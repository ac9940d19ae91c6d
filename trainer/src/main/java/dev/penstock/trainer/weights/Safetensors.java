package dev.penstock.trainer.weights;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.tensor.Tensors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// A file of named tensors in the safetensors format of Hugging Face.
///
/// ```
/// u64      bytes of the header, little-endian
/// header   JSON, see SafetensorsHeader, with spaces up to a multiple of 8 bytes
/// data     the tensors' elements, row-major, little-endian, one after the other
/// ```
///
/// Written wide elements first, then by name, as the reference implementation does, so that every tensor is aligned.
public final class Safetensors {

    /// The limit of the reference implementation: a damaged length must not exhaust the heap.
    private static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int ALIGNMENT_BYTES = 8;

    private Safetensors() {}

    /// Writes tensors of any layout.
    public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            SafetensorsHeader header = header(tensors);
            writeFully(channel, prefix(header.toJson()));
            for (SafetensorsHeader.Entry entry : header.entries()) {
                try (Tensor contiguous =
                        Objects.requireNonNull(tensors.get(entry.name())).contiguous()) {
                    Tensors.write(contiguous, channel);
                }
            }
        }
    }

    private static SafetensorsHeader header(Map<String, Tensor> tensors) {
        List<SafetensorsHeader.Entry> sized = new ArrayList<>();
        tensors.forEach((name, tensor) -> sized.add(new SafetensorsHeader.Entry(
                name,
                WeightType.of(name, tensor.scalar_type().intern()),
                Arrays.stream(Tensors.shape(tensor)).boxed().toList(),
                0,
                Tensors.byteCount(tensor))));
        sized.sort(Comparator.comparing(SafetensorsHeader.Entry::type).thenComparing(SafetensorsHeader.Entry::name));
        List<SafetensorsHeader.Entry> placed = new ArrayList<>();
        long next = 0;
        for (SafetensorsHeader.Entry entry : sized) {
            placed.add(
                    new SafetensorsHeader.Entry(entry.name(), entry.type(), entry.shape(), next, next + entry.end()));
            next += entry.end();
        }
        return new SafetensorsHeader(placed);
    }

    private static ByteBuffer prefix(byte[] json) {
        int padding = -json.length & (ALIGNMENT_BYTES - 1);
        ByteBuffer prefix =
                ByteBuffer.allocate(Long.BYTES + json.length + padding).order(ByteOrder.LITTLE_ENDIAN);
        prefix.putLong(json.length + (long) padding).put(json);
        while (prefix.hasRemaining()) {
            prefix.put((byte) ' ');
        }
        return prefix.flip();
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// Reads every tensor, in the order of the file.
    ///
    /// Fails with [CorruptDataException][dev.penstock.error.CorruptDataException] unless the header describes the
    /// file's bytes exactly.
    public static Map<String, Tensor> read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] json = new byte[headerBytes(file, channel)];
            readFully(channel, ByteBuffer.wrap(json));
            SafetensorsHeader header = SafetensorsHeader.parse(file, json, channel.size() - Long.BYTES - json.length);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (SafetensorsHeader.Entry entry : header.entries()) {
                Tensor tensor = torch.empty(
                        entry.dimensions(), new TensorOptions(entry.type().scalarType()), new MemoryFormatOptional());
                Tensors.read(channel, tensor);
                tensors.put(entry.name(), tensor);
            }
            return tensors;
        } catch (IOException unreadable) {
            throw new StoreAccessException(
                    FailureMessage.of("reading safetensors").with("file", file).with("found", unreadable), unreadable);
        }
    }

    private static int headerBytes(Path file, FileChannel channel) throws IOException {
        if (channel.size() < Long.BYTES) {
            throw SafetensorsHeader.corrupt(file, "at least 8 bytes", channel.size());
        }
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, length);
        long bytes = length.getLong(0);
        long limit = Math.min(MAX_HEADER_BYTES, channel.size() - Long.BYTES);
        if (bytes < 0 || bytes > limit) {
            throw SafetensorsHeader.corrupt(
                    file, "a header of at most " + limit + " bytes", Long.toUnsignedString(bytes));
        }
        return (int) bytes;
    }

    private static void readFully(ReadableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the file ends " + bytes.remaining() + " bytes early");
            }
        }
    }
}
