package dev.penstock.bench;

import dev.penstock.bench.measure.BenchDataset;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Which dataset a benchmark reads.
public final class DatasetOptions {

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where the JDK's sources are packed, once. Default: ~/.cache/penstock/bench.")
    private Path directory = Path.of(System.getProperty("user.home"), ".cache", "penstock", "bench");

    @Option(names = "--uri", paramLabel = "URI", description = "An indexed dataset to read instead.")
    private Optional<URI> location = Optional.empty();

    public BenchDataset open() {
        return location.map(BenchDataset::at).orElseGet(() -> BenchDataset.ofJdk(directory));
    }
}
