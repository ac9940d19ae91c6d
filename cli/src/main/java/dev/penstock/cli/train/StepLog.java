package dev.penstock.cli.train;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of JSON lines that each belong to a step, as the trace and the metrics are.
record StepLog(Path file) {

    private static final Pattern STEP = Pattern.compile("\"step\":(\\d{1,18})[,}]");

    /// Removes what belongs to steps from `nextStep` on, and the end of a line that was being written when its
    /// process died: a resumed run writes those again.
    void cutBack(long nextStep) {
        if (!Files.exists(file)) {
            return;
        }
        Path kept = file.resolveSibling(file.getFileName() + ".kept");
        try {
            try (BufferedReader reader = Files.newBufferedReader(file);
                    BufferedWriter writer = Files.newBufferedWriter(kept)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (isBefore(line, nextStep)) {
                        writer.write(line);
                        writer.write('\n');
                    }
                }
            }
            Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new StoreAccessException(
                    FailureMessage.of("cutting back a log")
                            .with("file", file)
                            .with("step", nextStep)
                            .with("found", failed),
                    failed);
        }
    }

    private static boolean isBefore(String line, long nextStep) {
        Matcher matcher = STEP.matcher(line);
        return line.endsWith("}") && matcher.find() && Long.parseLong(matcher.group(1)) < nextStep;
    }
}
