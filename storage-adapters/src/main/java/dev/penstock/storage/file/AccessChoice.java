package dev.penstock.storage.file;

import java.net.URI;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The access that the aligned reads of one store take: given by its [ReadMode], or chosen by what was measured.
///
/// Measured, the first large reads go both ways in turn until each way has [#TRIAL_READS]; then the better one
/// ([AccessCost#better]) is kept and logged. Both see the same load, since they are taken by the same threads at the
/// same time. What lies in the page cache is read from there at the speed of memory, and that counts for it: a dataset
/// that the kernel already holds needs no device. The choice is not revisited; `?io=` overrules it.
///
/// A file system without O_DIRECT decides for the page cache at once. Thread-safe.
final class AccessChoice {

    private static final Logger LOG = LoggerFactory.getLogger(AccessChoice.class);

    /// With blocks of 8 MiB, 128 MiB for each way: a quarter of a second on a device of 1 GB/s, and enough reads that
    /// one which the device kept waiting does not decide.
    private static final int TRIAL_READS = 16;

    /// Smaller reads are left out of the measurement: their time is the latency of one request either way.
    static final int MEASURED_BYTES = 256 << 10;

    private final URI root;
    private final ReadMode mode;
    private AccessCost buffered = AccessCost.NONE;
    private AccessCost direct = AccessCost.NONE;
    private boolean turnOfDirect;
    private volatile boolean measuring;
    private volatile Access kept;

    AccessChoice(URI root, ReadMode mode) {
        this.root = root;
        this.mode = mode;
        this.measuring = mode == ReadMode.MEASURED;
        this.kept = mode == ReadMode.DIRECT ? Access.DIRECT : Access.BUFFERED;
    }

    /// Whether the next large reads are wanted for comparison.
    boolean measuring() {
        return measuring;
    }

    /// The access of a read that is not measured.
    Access kept() {
        return kept;
    }

    /// The access of a read that is.
    synchronized Access next() {
        if (!measuring) {
            return kept;
        }
        turnOfDirect = !turnOfDirect;
        return turnOfDirect ? Access.DIRECT : Access.BUFFERED;
    }

    synchronized void measured(Access access, AccessCost cost) {
        if (!measuring) {
            return;
        }
        switch (access) {
            case BUFFERED -> buffered = buffered.plus(cost);
            case DIRECT -> direct = direct.plus(cost);
        }
        if (buffered.readCount() >= TRIAL_READS && direct.readCount() >= TRIAL_READS) {
            keep(AccessCost.better(buffered, direct), text(buffered) + " buffered, " + text(direct) + " direct");
        }
    }

    /// Takes the direct access back after a refusal, and returns true; false where it was not chosen here but asked
    /// for.
    synchronized boolean refused(DirectAccessException refusal) {
        if (mode == ReadMode.DIRECT) {
            return false;
        }
        if (measuring || kept == Access.DIRECT) {
            keep(Access.BUFFERED, "direct reads refused: " + refusal.getMessage());
        }
        return true;
    }

    private void keep(Access access, String reason) {
        kept = access;
        measuring = false;
        LOG.info("{}: reads are {} from here on ({})", root, access.name().toLowerCase(Locale.ROOT), reason);
    }

    private static String text(AccessCost cost) {
        return String.format(
                Locale.ROOT,
                "%.2f GB/s per thread and %.3f cpu-s/GB",
                cost.bytesPerSec() / 1e9,
                cost.cpuSecondsPerGb());
    }
}
