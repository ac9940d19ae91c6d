package dev.penstock.trainer.tensor;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/// The native library, loaded and set up for one process.
///
/// Natives unpack once into the JavaCPP cache directory; any number of processes may start at once on an empty one, as
/// long as each calls [#initialize(int)] before it touches anything else here.
public final class Libtorch {

    private Libtorch() {}

    /// Loads libtorch and fixes the threads that one operator may use.
    ///
    /// A fixed count makes sums associate the same way in every run, so that equal inputs give equal bits.
    /// One thread per rank is right for ranks that share a machine: the pools of OpenMP and OpenBLAS would
    /// otherwise spin against each other.
    public static void initialize(int threads) {
        if (threads < 1) {
            throw new ConfigurationException(
                    FailureMessage.of("libtorch start").with("threads", threads).remedy("use at least 1"));
        }
        try {
            NativeCache.load(() -> {
                torch.set_num_threads(threads);
                openblas_nolapack.blas_set_num_threads(threads);
            });
        } catch (UnsatisfiedLinkError e) {
            throw new ConfigurationException(
                    FailureMessage.of("libtorch start")
                            .with("os", System.getProperty("os.name"))
                            .with("arch", System.getProperty("os.arch"))
                            .with("found", e.getMessage())
                            .remedy("natives are bundled for linux-x86_64 and unpack into ~/.javacpp/cache,"
                                    + " which needs 450 MB; -Dorg.bytedeco.javacpp.cachedir=DIR moves it"),
                    e);
        }
    }

    /// Begins the sequence of the default generator anew, from which everything is drawn that names no generator.
    public static void seed(long seed) {
        torch.manual_seed(seed);
    }

    /// Of the library and its Java binding, as in `2.10.0-1.5.13`.
    public static String version() {
        try {
            return Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException unreadable) {
            throw new IllegalStateException("the class path lacks the properties of pytorch", unreadable);
        }
    }
}
