package dev.penstock.trainer.checkpoint;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.tensor.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a checkpoint holds; the file that makes it whole.
///
/// ```
/// line 1  {"format":…,"state":{…},"optimizer":…,"shapes":[…],"files":[{"name":…,"bytes":…,"crc32c":…},…]}
/// line 2  CRC-32C of line 1, unsigned decimal
/// ```
///
/// @param format of the whole directory
/// @param optimizer by name; its state fits no other
/// @param shapes of the model's parameters, then its buffers, as `name[dimensions]`, in their order
record Manifest(int format, RunState state, String optimizer, List<String> shapes, List<StoredFile> files) {

    static final String NAME = "manifest.jsonl";

    /// Raised when older code could not read what newer code writes, or the other way round.
    static final int FORMAT = 3;

    private static final JsonMapper JSON = new JsonMapper();

    /// @param crc32c unsigned
    record StoredFile(String name, long bytes, long crc32c) {}

    static List<String> shapesOf(Parameters parameters) {
        List<String> shapes = new ArrayList<>();
        parameters.specs().forEach(spec -> shapes.add(spec.name() + spec.shape()));
        parameters.buffers().forEach((name, buffer) -> shapes.add(name + Arrays.toString(Tensors.shape(buffer))));
        return shapes;
    }

    void write(Path directory) throws IOException {
        String line = JSON.writeValueAsString(this);
        Files.writeString(directory.resolve(NAME), line + "\n" + checksum(line) + "\n");
    }

    static Manifest read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            throw corrupt(file, "a manifest", "none");
        }
        List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                .lines()
                .toList();
        if (lines.size() != 2) {
            throw corrupt(file, "2 lines", lines.size() + " lines");
        }
        String json = new String(lines.get(0).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        if (!lines.get(1).equals(Long.toString(checksum(json)))) {
            throw corrupt(file, "crc32c " + lines.get(1), "crc32c " + checksum(json));
        }
        return parse(file, json);
    }

    private static Manifest parse(Path file, String json) {
        int format = JSON.readTree(json).path("format").asInt(0);
        if (format != FORMAT) {
            throw new ConfigurationException(FailureMessage.of("checkpoint load")
                    .with("file", file)
                    .with("expectedFormat", FORMAT)
                    .with("foundFormat", format)
                    .remedy("written by another version of Penstock; use that one, or start a new run directory"));
        }
        try {
            return JSON.readValue(json, Manifest.class);
        } catch (JacksonException e) {
            throw new CorruptDataException(
                    FailureMessage.of("checkpoint load").with("file", file).with("found", e.getOriginalMessage()), e);
        }
    }

    private static CorruptDataException corrupt(Path file, String expected, String found) {
        return new CorruptDataException(FailureMessage.of("checkpoint load")
                .with("file", file)
                .with("expected", expected)
                .with("found", found)
                .remedy("delete that checkpoint to resume from the one before"));
    }

    private static long checksum(String line) {
        CRC32C crc = new CRC32C();
        crc.update(line.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    /// Fails unless a file is what was written.
    static void verify(Path directory, StoredFile expected) throws IOException {
        Path file = directory.resolve(expected.name());
        if (!Files.exists(file)) {
            throw corrupt(file, expected.bytes() + " bytes", "no such file");
        }
        StoredFile found = DurableFiles.describe(file);
        if (found.bytes() != expected.bytes()) {
            throw corrupt(file, expected.bytes() + " bytes", found.bytes() + " bytes");
        }
        if (found.crc32c() != expected.crc32c()) {
            throw corrupt(file, "crc32c " + expected.crc32c(), "crc32c " + found.crc32c());
        }
    }
}
