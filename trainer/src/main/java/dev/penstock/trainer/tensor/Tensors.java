package dev.penstock.trainer.tensor;

import dev.penstock.batch.ElementType;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Tensors over memory that Java owns.
public final class Tensors {

    /// One transfer: below the 2 GiB that a byte buffer can span.
    private static final long CHUNK_BYTES = 1L << 26;

    private Tensors() {}

    /// A uint8 tensor that aliases a native segment: no copy, and dead as soon as the segment is.
    public static Tensor alias(MemorySegment bytes) {
        return alias(bytes, ElementType.UINT8);
    }

    /// A tensor `[elements]` that aliases a native segment: no copy, and dead as soon as the segment is.
    public static Tensor alias(MemorySegment elements, ElementType type) {
        long[] count = {elements.byteSize() / type.widthBytes()};
        return torch.from_blob(new SegmentPointer(elements), count, new TensorOptions(scalarType(type)));
    }

    private static ScalarType scalarType(ElementType type) {
        return switch (type) {
            case UINT8 -> ScalarType.Byte;
            case INT8 -> ScalarType.Char;
            case UINT16 -> ScalarType.UInt16;
            case INT16 -> ScalarType.Short;
            case INT32 -> ScalarType.Int;
            case INT64 -> ScalarType.Long;
            case FLOAT32 -> ScalarType.Float;
            case FLOAT64 -> ScalarType.Double;
        };
    }

    /// Native memory as libtorch takes it; keeps nothing alive.
    private static final class SegmentPointer extends Pointer {
        SegmentPointer(MemorySegment segment) {
            address = segment.address();
        }
    }

    /// The elements of a contiguous tensor where they lie; alive as long as the tensor is.
    @SuppressWarnings("restricted") // the size is the tensor's own
    public static MemorySegment memory(Tensor tensor) {
        return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(byteCount(tensor));
    }

    /// An int64 tensor that owns a copy of the values.
    public static Tensor copyOf(long[] values) {
        try (LongPointer source = new LongPointer(values)) {
            return torch.from_blob(source, new long[] {values.length}, new TensorOptions(ScalarType.Long))
                    .clone();
        }
    }

    public static long[] shape(Tensor tensor) {
        return LongStream.range(0, tensor.dim()).map(tensor::size).toArray();
    }

    /// Writes the elements of a contiguous tensor as they lie in memory.
    public static void write(Tensor tensor, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(tensor, channel);
        }
    }

    /// Writes the elements of a contiguous tensor as they lie in memory.
    public static void write(Tensor tensor, WritableByteChannel channel) throws IOException {
        for (long at = 0; at < byteCount(tensor); at += CHUNK_BYTES) {
            ByteBuffer chunk = chunk(tensor, at);
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }

    /// Overwrites the elements of a contiguous tensor with those of a file of the same size.
    public static void read(Path file, Tensor tensor) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            read(channel, tensor);
        }
    }

    /// Overwrites the elements of a contiguous tensor with the next bytes of a channel.
    public static void read(ReadableByteChannel channel, Tensor tensor) throws IOException {
        for (long at = 0; at < byteCount(tensor); at += CHUNK_BYTES) {
            ByteBuffer chunk = chunk(tensor, at);
            while (chunk.hasRemaining()) {
                if (channel.read(chunk) < 0) {
                    throw new EOFException("the data ends " + chunk.remaining() + " bytes early");
                }
            }
        }
    }

    private static ByteBuffer chunk(Tensor tensor, long begin) {
        BytePointer memory = new BytePointer(tensor.data_ptr());
        long bytes = Math.min(CHUNK_BYTES, byteCount(tensor) - begin);
        return memory.getPointer(begin).capacity(bytes).asByteBuffer();
    }

    /// Bytes of all elements.
    public static long byteCount(Tensor tensor) {
        return tensor.numel() * tensor.element_size();
    }
}
