package dev.penstock.cli.report;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The file that `--json` names.
public final class JsonFile {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonFile() {}

    /// Writes the file whole or not at all; what is no regular file (a pipe, a device) is written to as it is.
    public static void write(Path file, Object value) {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            byte[] json = JSON.writeValueAsBytes(value);
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                Files.write(file, json, StandardOpenOption.WRITE);
            } else {
                Files.write(partial, json);
                Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException | JacksonException failed) {
            throw new StoreAccessException(
                    FailureMessage.of("writing the result").with("file", file).with("found", failed), failed);
        }
    }
}
