package dev.penstock.trainer.tensor;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;

/// The directory that native libraries are unpacked to, shared by all processes of a user.
///
/// Two processes that unpack at once crash: one maps a library that the other is still writing, JavaCPP's own lock
/// notwithstanding. So the first load of a version happens under a file lock of ours, and leaves a mark; loads that
/// find the mark run side by side.
final class NativeCache {

    private NativeCache() {}

    /// Runs the first touch of the native classes.
    static void load(Runnable touch) {
        try {
            Path directory = Loader.getCacheDir().toPath();
            Path mark = directory.resolve("penstock-unpacked-" + Loader.getVersion("org.bytedeco", "pytorch"));
            if (Files.exists(mark)) {
                touch.run();
                return;
            }
            Files.createDirectories(directory);
            try (FileChannel channel = FileChannel.open(
                            directory.resolve("penstock-unpacking.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                touch.run();
                Files.write(mark, new byte[0]);
            }
        } catch (IOException e) {
            throw new ResourceExhaustedException(
                    FailureMessage.of("unpacking libtorch")
                            .with("found", e)
                            .remedy("needs 450 MB in ~/.javacpp/cache; -Dorg.bytedeco.javacpp.cachedir=DIR moves it"),
                    e);
        }
    }
}
