package dev.penstock.cli.train;

import dev.penstock.cli.option.AttachOptions;
import dev.penstock.cli.profile.RankProgress;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.AttachRequest.Sharing;
import dev.penstock.daemon.protocol.Start;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.DaemonConfig;
import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.tier.BlockMap;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.stream.IntStream;

/// The daemon that a run starts for its ranks on this host: one cache for all of them, in the process that starts them.
///
/// Its socket has no file. However its process ends, a `kill -9` included, nothing is left of it.
public final class RunDaemon implements AutoCloseable {

    /// Tells a rank where the daemon of its run listens.
    private static final String VARIABLE = "PENSTOCK_RUN_DAEMON";

    private final Path socket;
    private final Daemon daemon;

    private RunDaemon(Path socket, Daemon daemon) {
        this.socket = socket;
        this.daemon = daemon;
    }

    /// @param host what all ranks of this host may use together
    /// @param index of the one dataset that they read
    public static RunDaemon open(LoaderConfig host, DatasetIndex index) {
        Path socket = Path.of("@penstock-run-" + UUID.randomUUID());
        DaemonConfig config = new DaemonConfig(
                socket,
                host.cache().forData(blocks(index, host.cache().blockBytes())),
                host.fetch(),
                host.slotBytes(),
                host.slotBytes() / host.ranks(),
                host.pageLocking());
        return new RunDaemon(socket, Daemon.open(config, AttachOptions::parse));
    }

    private static BlockMap blocks(DatasetIndex index, int blockBytes) {
        List<ObjectMetadata> shards = IntStream.range(0, index.shardCount())
                .mapToObj(shard -> index.shard(shard).object())
                .toList();
        return new BlockMap(
                shards.stream().mapToLong(ObjectMetadata::sizeBytes).toArray(),
                shards.stream().map(ObjectMetadata::key).toList(),
                blockBytes);
    }

    /// What the ranks' processes need in their environment.
    public Map<String, String> environment() {
        return Map.of(VARIABLE, socket.toString());
    }

    /// Where the daemon of this rank's run listens; empty for a rank that was started otherwise.
    public static Optional<Path> socket(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(VARIABLE)).map(Path::of);
    }

    /// How far each rank that is attached has come.
    List<RankProgress> progress() {
        return daemon.snapshot().jobs().stream()
                .flatMap(job -> job.clients().stream())
                .map(client -> new RankProgress(client.step() - client.held(), client.step()))
                .toList();
    }

    /// Attaches a rank. The daemon is gone only when its run is, so nothing is tried again.
    ///
    /// @param options what decides the data
    /// @param config of the rank
    public static RemoteLoader attach(
            Path socket, URI dataset, SortedMap<String, String> options, LoaderConfig config) {
        options.put("threads", Integer.toString(config.decodeThreads()));
        AttachRequest request = AttachRequest.of("train", dataset.toString(), options)
                .withStart(new Start.AtStep(config.startStep()))
                .withSharing(Sharing.EXCLUSIVE);
        return RemoteLoader.attach(socket, request, ReconnectPolicy.never());
    }

    @Override
    public void close() {
        daemon.close();
    }
}
