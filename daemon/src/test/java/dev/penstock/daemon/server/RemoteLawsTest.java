package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.Start;
import dev.penstock.laws.LawDataset;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.LoaderLaws;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.store.DirectoryStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What holds for a loader holds for one that a daemon runs.
class RemoteLawsTest extends LoaderLaws {

    @TempDir
    private Path scratch;

    private String uri;
    private Daemon daemon;
    private int jobs;

    @BeforeEach
    void serve() {
        daemon = TestDaemon.open(scratch.resolve("socket"));
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Override
    protected LawDataset openDataset() {
        uri = TestDaemon.dataset(scratch);
        return LawDatasets.open(() -> new DirectoryStore(scratch.resolve("shards")));
    }

    @Override
    protected LoaderConfig.Builder composition() {
        return LoaderConfig.builder(() -> new RoundRobinAssigner(3));
    }

    @Override
    protected BatchSource openLoader(LawDataset dataset, LoaderConfig config) {
        Map<String, String> options = new TreeMap<>();
        options.put("seed", Long.toString(config.seed()));
        options.put("batch", Integer.toString(config.batchSize()));
        options.put("ranks", Integer.toString(config.ranks()));
        options.put("remainder", config.remainder().toString());
        config.epochs().ifPresent(count -> options.put("epochs", Long.toString(count)));
        config.steps().ifPresent(count -> options.put("steps", Long.toString(count)));
        if (config.localRanks().size() == 1) {
            options.put("rank", config.localRanks().getFirst().toString());
        }
        return TestDaemon.attach(
                scratch.resolve("socket"),
                TestDaemon.request("job-" + jobs++, uri, options)
                        .withStart(new Start.AtStep(config.startStep()))
                        .withCredits(AttachRequest.MAX_CREDITS)
                        .withSlotBytes(4 * TestDaemon.STREAM_BYTES));
    }
}
