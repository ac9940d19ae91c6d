package dev.penstock.pack;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Where samples come from before there is a dataset.
public sealed interface PackSource permits DirectorySource, ZipSource, JsonlSource {

    /// The source at a path, told by what it is: a directory, `*.jsonl` or `*.ndjson`, else a zip (a jar is one).
    static PackSource at(Path path) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (Files.isDirectory(path)) {
            return new DirectorySource(path);
        }
        return name.endsWith(".jsonl") || name.endsWith(".ndjson") ? new JsonlSource(path) : new ZipSource(path);
    }

    /// Hands every wanted member to `each`, ordered by sample and field; their content can be opened until it returns.
    ///
    /// @param wanted decides by the name in the source
    SourceCounts visit(Predicate<String> wanted, Consumer<SourceMember> each);

    /// What was passed over.
    record SourceCounts(long filteredOut, long notRegular) {}

    /// A failure to read the source.
    static StoreAccessException unreadable(Path source, Object what, IOException cause) {
        return new StoreAccessException(
                FailureMessage.of("packing a source")
                        .with("source", source)
                        .with("unreadable", what)
                        .with("found", cause)
                        .remedy("make it readable, or leave it out of the source"),
                cause);
    }
}
