package dev.penstock.bench.daemon;

import dev.penstock.bench.daemon.process.ServedDaemon;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/// What every consumer of a run reads, and out of how much memory, in the daemon and in the loader beside it alike.
///
/// @param ramBytes room for the whole dataset
record Setting(Path socket, URI uri, int batch, long seed, long ramBytes) {

    static final int DEFAULT_CREDITS = 16;
    private static final long SLOT_BYTES = 64L << 20;
    private static final long SLOT_BUDGET_BYTES = 512L << 20;

    ServedDaemon startDaemon() {
        return ServedDaemon.start(
                socket, List.of("--ram", Long.toString(ramBytes), "--slot-budget", Long.toString(SLOT_BUDGET_BYTES)));
    }

    private TreeMap<String, String> options(int threads) {
        TreeMap<String, String> options = new TreeMap<>();
        options.put("batch", Integer.toString(batch));
        options.put("seed", Long.toString(seed));
        options.put("threads", Integer.toString(threads));
        return options;
    }

    Source inProcess(int threads) {
        return new Source.InProcess(uri, options(threads), ramBytes, SLOT_BYTES);
    }

    /// @param job a name of its own
    Source attached(String job, int threads) {
        return new Source.Attached(socket.toString(), job, uri, options(threads), DEFAULT_CREDITS, SLOT_BYTES);
    }

    Source attachedForAnEpoch(String job, int threads) {
        TreeMap<String, String> options = options(threads);
        options.put("epochs", "1");
        options.put("remainder", "short");
        return new Source.Attached(socket.toString(), job, uri, options, DEFAULT_CREDITS, SLOT_BYTES);
    }
}
