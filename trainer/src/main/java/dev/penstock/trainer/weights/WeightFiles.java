package dev.penstock.trainer.weights;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/// The weights of a model in a directory, once for each kind of reader; a file is there whole or not at all.
///
/// ```
/// DIR/model.safetensors   for the safetensors packages
/// DIR/state_dict.pt       for torch.load, weights only
/// ```
public final class WeightFiles {

    private static final byte[] ZIP = {'P', 'K', 3, 4};

    private WeightFiles() {}

    /// Writes both, in place of what was there.
    public static void write(Path directory, Map<String, Tensor> tensors) {
        replace(directory.resolve("model.safetensors"), file -> Safetensors.write(file, tensors));
        replace(directory.resolve("state_dict.pt"), file -> StateDict.write(file, tensors));
    }

    /// Reads every tensor of either kind of file, which its first bytes tell.
    ///
    /// Fails with [CorruptDataException][dev.penstock.error.CorruptDataException] when it is neither.
    public static Map<String, Tensor> read(Path file) {
        return isZip(file) ? StateDictReader.read(file) : Safetensors.read(file);
    }

    private static boolean isZip(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(ZIP.length), ZIP);
        } catch (IOException unreadable) {
            throw new StoreAccessException(
                    FailureMessage.of("reading weights").with("file", file).with("found", unreadable), unreadable);
        }
    }

    /// Writes one file.
    public interface Writing {
        void write(Path file) throws IOException;
    }

    /// Has a file written under another name, which then takes the place of the one before.
    public static void replace(Path file, Writing writing) {
        Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(partial);
            writing.write(partial);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new StoreAccessException(
                    FailureMessage.of("writing weights").with("file", file).with("found", failed), failed);
        }
    }
}
