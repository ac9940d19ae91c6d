package dev.penstock.pack;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every line of a JSONL file as a sample with field `json`, named by its line number from 1; lines stay as they are.
record JsonlSource(Path file) implements PackSource {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Override
    public SourceCounts visit(Predicate<String> wanted, Consumer<SourceMember> each) {
        long filteredOut = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (long number = 1; readLine(in, line); number++) {
                byte[] json = line.toByteArray();
                requireJson(json, number);
                // Twelve digits order the lines of any file as text.
                String name = String.format(Locale.ROOT, "%012d.json", number);
                if (wanted.test(name)) {
                    each.accept(SourceMember.of(name, json.length, () -> new ByteArrayInputStream(json)));
                } else {
                    filteredOut++;
                }
            }
            return new SourceCounts(filteredOut, 0);
        } catch (IOException unreadable) {
            throw PackSource.unreadable(file, file, unreadable);
        }
    }

    /// Reads up to the next newline or the end; false at the end of the file.
    private static boolean readLine(InputStream in, ByteArrayOutputStream line) throws IOException {
        line.reset();
        int next = in.read();
        if (next < 0) {
            return false;
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return true;
    }

    private void requireJson(byte[] json, long number) {
        try {
            JsonNode value = JSON.readTree(json);
            if (value.isMissingNode()) {
                throw notJson(number, "an empty line", null);
            }
        } catch (JacksonException malformed) {
            throw notJson(number, malformed.getOriginalMessage(), malformed);
        }
    }

    private CorruptDataException notJson(long number, String found, @Nullable JacksonException cause) {
        return new CorruptDataException(
                FailureMessage.of("packing a source")
                        .with("source", file)
                        .with("line", number)
                        .with("expected", "one JSON value")
                        .with("found", found)
                        .remedy("mend or remove the line"),
                cause);
    }
}
