import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The check that every source file is laid out as palantir-java-format lays it out, and the correction.
///
/// Usage: `SourceFormat check|apply ROOT STAMP`. Looks at the files below `ROOT` that changed after `STAMP`, a file
/// that is touched when all of them are in order. Exit code 1 when one is not and was not corrected.
final class SourceFormat {

    private static final int MAX_COLUMNS = 120;

    /// The formatter breaks long lines of a `///` comment without repeating the slashes, so it gets to see short
    /// `//` comments instead.
    private static final Pattern DOC_LINE = Pattern.compile("(?m)^(\\s*)(///.*)$");

    private static final Pattern MASKED_LINE = Pattern.compile("// doc line (\\d+)");

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    private enum Mode {
        CHECK,
        APPLY
    }

    public static void main(String[] args) throws IOException {
        Mode mode = Mode.valueOf(args[0].toUpperCase(Locale.ROOT));
        Path root = Path.of(args[1]);
        Path stamp = Path.of(args[2]);
        Instant started = Instant.now();
        SourceFormat format = new SourceFormat();
        List<String> complaints = sources(root, stamp)
                .parallel()
                .flatMap(file -> format.look(file, mode).stream())
                .sorted()
                .toList();
        if (!complaints.isEmpty()) {
            complaints.forEach(System.err::println);
            System.err.println("source layout failed: files=" + complaints.size()
                    + "; run `mvn -q -Pformat process-sources`, and wrap documentation by hand");
            System.exit(1);
        }
        Files.createDirectories(stamp.getParent());
        Files.write(stamp, new byte[0]);
        Files.setLastModifiedTime(stamp, FileTime.from(started));
    }

    private static Stream<Path> sources(Path root, Path stamp) throws IOException {
        List<Path> files = new ArrayList<>(List.of(root.resolve("format/SourceFormat.java")));
        try (Stream<Path> modules = Files.list(root)) {
            for (Path source : modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> tree = Files.walk(source)) {
                    tree.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
                }
            }
        }
        Instant checked = Files.exists(stamp) && modified(stamp).isAfter(modified(root.resolve("pom.xml")))
                ? modified(stamp)
                : Instant.MIN;
        return files.stream().filter(file -> !modified(file).isBefore(checked));
    }

    private static Instant modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is wrong with a file and was not corrected.
    private List<String> look(Path file, Mode mode) {
        try {
            String source = Files.readString(file);
            String wanted = format(source);
            List<String> complaints = new ArrayList<>(longDocLines(file, wanted));
            if (!wanted.equals(source)) {
                switch (mode) {
                    case CHECK -> complaints.add(file + ": not formatted");
                    case APPLY -> Files.writeString(file, wanted);
                }
            }
            return complaints;
        } catch (FormatterException e) {
            return List.of(file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String format(String source) throws FormatterException {
        String imports = ImportOrderer.reorderImports(
                RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.PALANTIR);
        List<String> docLines = new ArrayList<>();
        String masked = DOC_LINE.matcher(imports).replaceAll(line -> {
            docLines.add(line.group(2).stripTrailing());
            return Matcher.quoteReplacement(line.group(1) + "// doc line " + (docLines.size() - 1));
        });
        return MASKED_LINE
                .matcher(formatter.formatSource(masked))
                .replaceAll(line -> Matcher.quoteReplacement(docLines.get(Integer.parseInt(line.group(1)))));
    }

    private static List<String> longDocLines(Path file, String source) {
        List<String> complaints = new ArrayList<>();
        int number = 0;
        for (String line : source.split("\n")) {
            number++;
            if (line.length() > MAX_COLUMNS && line.stripLeading().startsWith("///")) {
                complaints.add(
                        file + ":" + number + ": documentation of " + line.length() + " columns, over " + MAX_COLUMNS);
            }
        }
        return complaints;
    }
}
