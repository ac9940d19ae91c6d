package dev.penstock.cli;

import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.IndexingOptions;
import dev.penstock.cli.option.Locations;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.report.Row;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.IndexBuilder;
import dev.penstock.index.IndexCounters;
import dev.penstock.index.IndexOptions;
import dev.penstock.index.IndexReport;
import dev.penstock.index.IndexVerifier;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `penstock index`: builds, verifies or lists the index of shards that exist.
@Command(
        name = "index",
        description = {
            "Index shards that exist.",
            "With --verify or --list the index that is there is read and nothing is written."
        })
final class IndexCommand implements Callable<Integer> {

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final IndexingOptions indexing = new IndexingOptions();

    @Parameters(paramLabel = "URI", description = "URI or path of the dataset.")
    private URI location = URI.create("");

    @Option(names = "--verify", description = "Read every shard and compare it with its index.")
    private boolean verify;

    @Option(
            names = "--list",
            description =
                    "Print id, shard, key, offset, length, field and crc32c of every sample, tab-separated; a line"
                            + " per field.")
    private boolean list;

    @Override
    public Integer call() {
        common.requireWritableResult();
        if (verify) {
            verify();
        }
        if (list) {
            list();
        }
        if (!verify && !list) {
            build();
        }
        return ExitCode.DONE;
    }

    private void build() {
        IndexOptions options = indexing.toIndexOptions();
        try (ObjectStore store = ObjectStores.open(location);
                ProgressLine progress = common.progress()) {
            IndexReport built = new IndexBuilder(store, options, CommonOptions.shownOn(progress))
                    .build(progress.counting("indexing"));
            common.out()
                    .println(Amounts.format(
                            "indexed %s samples: %s shards read, %s kept from an earlier index, %s other objects ignored",
                            Amounts.count(built.samples()),
                            Amounts.count(built.shardsBuilt()),
                            Amounts.count(built.shardsKept()),
                            Amounts.count(built.objectsIgnored())));
            printCounters(common.out(), built.counters());
            common.out().flush();
            warnOfMissingEndMarkers(store, built.counters());
            common.write(common.newResult()
                    .param("uri", Locations.shown(location))
                    .row(Row.of("samples", built.samples(), "samples", Better.HIGHER))
                    .row(Row.of("shards_built", built.shardsBuilt(), "shards", Better.LOWER))
                    .row(Row.of("shards_kept", built.shardsKept(), "shards", Better.HIGHER))
                    .row(Row.of("objects_ignored", built.objectsIgnored(), "objects", Better.LOWER))
                    .rows(rows(built.counters())));
        }
    }

    /// A shard that was cut exactly behind a member looks like one whose writer leaves the marker out; only a person
    /// knows which it is.
    private void warnOfMissingEndMarkers(ObjectStore store, IndexCounters counters) {
        if (counters.endMarkersMissing() == 0) {
            return;
        }
        try (DatasetIndex index = DatasetIndex.open(store)) {
            for (int s = 0; s < index.shardCount(); s++) {
                if (index.shard(s).counters().endMarkersMissing() > 0) {
                    common.err()
                            .println("penstock: warning: "
                                    + index.shard(s).object().key()
                                    + " ends without an end-of-archive marker after "
                                    + index.shard(s).sampleCount() + " samples; if it was cut, samples are missing");
                }
            }
        }
        common.err().flush();
    }

    private void verify() {
        try (ObjectStore store = ObjectStores.open(location);
                ProgressLine progress = common.progress()) {
            long differences = new IndexVerifier(
                            store, difference -> common.err().println(difference), CommonOptions.shownOn(progress))
                    .verify(progress.counting("verifying"));
            common.err().flush();
            common.write(common.newResult()
                    .param("uri", Locations.shown(location))
                    .row(Row.of("differences", differences, "differences", Better.LOWER)
                            .withGoal(0)));
            if (differences > 0) {
                throw new CorruptDataException(FailureMessage.of("verifying the index")
                        .with("uri", Locations.shown(location))
                        .with("differences", differences)
                        .remedy("restore the shards, or index them again"));
            }
            common.out().println("verified: every shard is what its index says");
            common.out().flush();
        }
    }

    private void list() {
        try (OpenDataset dataset = OpenDataset.at(location, common)) {
            new IndexListing(dataset.index()).print(common.out());
            common.write(common.newResult()
                    .param("uri", Locations.shown(location))
                    .row(Row.of("samples", dataset.index().sampleCount(), "samples", Better.HIGHER))
                    .row(Row.of("shards", dataset.index().shardCount(), "shards", Better.HIGHER)));
        }
    }

    static void printCounters(PrintWriter out, IndexCounters counters) {
        for (Row row : rows(counters)) {
            if (row.value() > 0) {
                out.println(Amounts.format("  %s: %,.0f", row.metric().replace('_', ' '), row.value()));
            }
        }
    }

    static List<Row> rows(IndexCounters counters) {
        return List.of(
                Row.of("samples_split", counters.samplesSplit(), "samples", Better.LOWER),
                Row.of("pieces_made", counters.piecesMade(), "samples", Better.LOWER),
                Row.of("samples_truncated", counters.samplesTruncated(), "samples", Better.LOWER),
                Row.of("samples_dropped", counters.samplesDropped(), "samples", Better.LOWER),
                Row.of("members_skipped", counters.membersSkipped(), "members", Better.LOWER),
                Row.of("end_markers_missing", counters.endMarkersMissing(), "shards", Better.LOWER));
    }
}
