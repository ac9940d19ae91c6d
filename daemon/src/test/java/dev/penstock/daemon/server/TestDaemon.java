package dev.penstock.daemon.server;

import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Remainder;
import dev.penstock.order.Shuffle;
import dev.penstock.store.DirectoryStore;
import dev.penstock.tier.CacheConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// A daemon over the dataset of the laws, in this process, and the options its tests use.
public final class TestDaemon {

    public static final long STREAM_BYTES = 1 << 20;
    private static final int STREAMS = 24;

    private TestDaemon() {}

    /// Packs the dataset of the laws below a directory and returns its URI.
    public static String dataset(Path scratch) {
        Path shards = scratch.resolve("shards");
        try {
            Files.createDirectories(shards);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LawDatasets.pack(scratch, new DirectoryStore(shards));
        return shards.toUri().toString();
    }

    /// Starts a daemon with a cache of a few blocks and memory for a few streams.
    public static Daemon open(Path socket) {
        return open(socket, STREAMS * STREAM_BYTES);
    }

    static Daemon open(Path socket, long slotBudgetBytes) {
        CacheConfig cache = CacheConfig.defaults()
                .withBlockBytes(LawDatasets.BLOCK_BYTES)
                .withRamBytes(16 * LawDatasets.BLOCK_BYTES);
        return Daemon.open(
                new DaemonConfig(socket, cache, FetchConfig.defaults(), slotBudgetBytes, STREAM_BYTES, PageLocking.OFF),
                TestDaemon::settings);
    }

    static RemoteLoader attach(Path socket, AttachRequest request) {
        return RemoteLoader.attach(socket, request, ReconnectPolicy.never());
    }

    static AttachRequest request(String job, String uri, Map<String, String> options) {
        return AttachRequest.of(job, uri, options);
    }

    private static LoaderConfig.Builder settings(SortedMap<String, String> options) {
        LoaderConfig.Builder settings =
                LoaderConfig.builder(() -> new RoundRobinAssigner(3)).decodeThreads(1);
        options.forEach((name, value) -> {
            switch (name) {
                case "seed" -> settings.seed(Long.parseLong(value));
                case "epochs" -> settings.epochs(Long.parseLong(value));
                case "steps" -> settings.steps(Long.parseLong(value));
                case "batch" -> settings.batchSize(Integer.parseInt(value));
                case "ranks" -> settings.ranks(Integer.parseInt(value));
                case "rank" -> settings.localRanks(List.of(Integer.parseInt(value)));
                case "shuffle" -> settings.shuffle(Shuffle.parse(value));
                case "remainder" -> settings.remainder(Remainder.parse(value));
                default ->
                    throw new ConfigurationException(
                            FailureMessage.of("reading options").with("unknown", name));
            }
        });
        return settings;
    }
}
