package dev.penstock.cli;

import dev.penstock.cli.option.ByteSize;
import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.IndexingOptions;
import dev.penstock.cli.option.Locations;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.report.Row;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.pack.PackReport;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `penstock pack`: a directory, a zip or a JSONL file becomes shards with an index.
@Command(name = "pack", description = "Pack a directory, a zip or a JSONL file into tar shards with an index.")
final class PackCommand implements Callable<Integer> {

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final IndexingOptions indexing = new IndexingOptions();

    @Parameters(index = "0", paramLabel = "SRC", description = "A directory, *.jsonl, *.ndjson, or a zip.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "DST", description = "URI or path of the new dataset; without shards as yet.")
    private URI destination = URI.create("");

    @Option(names = "--shard-size", paramLabel = "SIZE", description = "Where the next shard begins. Default: 64M.")
    private Optional<ByteSize> shardSize = Optional.empty();

    @Option(
            names = "--suffix",
            paramLabel = "END",
            split = ",",
            description = "Pack only names that end so; may be repeated. Default: every name.")
    private List<String> suffixes = List.of();

    @Override
    public Integer call() {
        common.requireWritableResult();
        PackOptions options = options();
        try (ObjectStore store = ObjectStores.open(destination);
                ProgressLine progress = common.progress()) {
            report(new DatasetPacker(store, options, CommonOptions.shownOn(progress))
                    .pack(source, progress.counting("packing")));
        }
        return ExitCode.DONE;
    }

    private PackOptions options() {
        PackOptions options = PackOptions.defaults()
                .withIndex(indexing.toIndexOptions())
                .withSuffixes(suffixes.toArray(String[]::new));
        return shardSize.map(size -> options.withShardBytes(size.bytes())).orElse(options);
    }

    private void report(PackReport packed) {
        common.out()
                .println(Amounts.format(
                        "packed %s files, %s, into %s shards of %s samples at %s",
                        Amounts.count(packed.members()),
                        Amounts.bytes(packed.payloadBytes()),
                        Amounts.count(packed.shards()),
                        Amounts.count(packed.index().samples()),
                        Locations.shown(destination)));
        if (packed.filteredOut() + packed.notRegular() > 0) {
            common.out()
                    .println(Amounts.format(
                            "left out %s files by suffix, %s links and special files",
                            Amounts.count(packed.filteredOut()), Amounts.count(packed.notRegular())));
        }
        IndexCommand.printCounters(common.out(), packed.index().counters());
        common.out().flush();
        common.write(common.newResult()
                .param("source", source)
                .param("destination", Locations.shown(destination))
                .row(Row.of("members", packed.members(), "files", Better.HIGHER))
                .row(Row.of("bytes", packed.payloadBytes(), "B", Better.HIGHER))
                .row(Row.of("shards", packed.shards(), "shards", Better.LOWER))
                .row(Row.of("samples", packed.index().samples(), "samples", Better.HIGHER))
                .row(Row.of("filtered_out", packed.filteredOut(), "files", Better.LOWER))
                .row(Row.of("not_regular", packed.notRegular(), "files", Better.LOWER))
                .rows(IndexCommand.rows(packed.index().counters())));
    }
}
