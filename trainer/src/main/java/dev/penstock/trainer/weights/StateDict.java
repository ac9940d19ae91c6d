package dev.penstock.trainer.weights;

import dev.penstock.trainer.tensor.Tensors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.pytorch.Tensor;

/// A state dict as `torch.save` writes it and `torch.load(weights_only=True)` reads it: an uncompressed zip.
///
/// ```
/// state_dict/data.pkl      the names, types and shapes, see StateDictPickle
/// state_dict/byteorder     "little"
/// state_dict/data/0, 1, …  the elements of each tensor
/// state_dict/version       "3"
/// ```
///
/// Tensors that share memory are written apart.
final class StateDict {

    private static final String ROOT = "state_dict/";

    private StateDict() {}

    static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        StateDictPickle pickle = new StateDictPickle();
        int storage = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            WeightType type = WeightType.of(entry.getKey(), tensor.scalar_type().intern());
            pickle.tensor(entry.getKey(), type, Integer.toString(storage++), Tensors.shape(tensor));
        }
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            record(zip, "data.pkl", pickle.finish());
            record(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            storage = 0;
            for (Tensor tensor : tensors.values()) {
                try (Tensor contiguous = tensor.contiguous()) {
                    storage(zip, "data/" + storage++, contiguous);
                }
            }
            record(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void record(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        zip.putNextEntry(stored(name, content.length, crc));
        zip.write(content);
        zip.closeEntry();
    }

    private static void storage(ZipOutputStream zip, String name, Tensor contiguous) throws IOException {
        Checksum checksum = new Checksum(new CRC32());
        Tensors.write(contiguous, checksum);
        zip.putNextEntry(stored(name, Tensors.byteCount(contiguous), checksum.crc()));
        // The channel is a view of the zip, which goes on after it.
        @SuppressWarnings("resource")
        WritableByteChannel channel = Channels.newChannel(zip);
        Tensors.write(contiguous, channel);
        zip.closeEntry();
    }

    private static ZipEntry stored(String name, long bytes, CRC32 crc) {
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes);
        entry.setCompressedSize(bytes);
        entry.setCrc(crc.getValue());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        return entry;
    }

    /// Sums what it is given and keeps nothing: a zip states the checksum of a stored record before its bytes.
    private record Checksum(CRC32 crc) implements WritableByteChannel {

        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            crc.update(bytes);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
