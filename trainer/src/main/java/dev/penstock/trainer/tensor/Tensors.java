package dev.penstock.trainer.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
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
        return torch.from_blob(
                new BytePointer(bytes.asByteBuffer()),
                new long[] {bytes.byteSize()},
                new TensorOptions(ScalarType.Byte));
    }

    /// An int64 tensor that owns a copy of the values.
    public static Tensor copyOf(long[] values) {
        try (LongPointer source = new LongPointer(values)) {
            return torch.from_blob(source, new long[] {values.length}, new TensorOptions(ScalarType.Long))
                    .clone();
        }
    }

    /// Writes the elements of a contiguous tensor as they lie in memory.
    public static void write(Tensor tensor, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long at = 0; at < byteCount(tensor); at += CHUNK_BYTES) {
                ByteBuffer chunk = chunk(tensor, at);
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
        }
    }

    /// Overwrites the elements of a contiguous tensor with those of a file of the same size.
    public static void read(Path file, Tensor tensor) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = 0; at < byteCount(tensor); at += CHUNK_BYTES) {
                ByteBuffer chunk = chunk(tensor, at);
                while (chunk.hasRemaining()) {
                    if (channel.read(chunk) < 0) {
                        throw new EOFException(file + " ends " + chunk.remaining() + " bytes early");
                    }
                }
            }
        }
    }

    private static ByteBuffer chunk(Tensor tensor, long begin) {
        BytePointer memory = new BytePointer(tensor.data_ptr());
        long bytes = Math.min(CHUNK_BYTES, byteCount(tensor) - begin);
        return memory.getPointer(begin).capacity(bytes).asByteBuffer();
    }

    private static long byteCount(Tensor tensor) {
        return tensor.numel() * tensor.element_size();
    }
}
