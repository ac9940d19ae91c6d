package dev.penstock.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A script below `src/test/python`, run by the Python that `PENSTOCK_PYTHON` names.
public record PythonProgram(String script) {

    private static final String VARIABLE = "PENSTOCK_PYTHON";

    /// Skips the test, saying so, where there is no such Python.
    public static PythonProgram of(String script) {
        assumeThat(System.getenv(VARIABLE))
                .as("NOT RUN: needs " + VARIABLE + ", see trainer/src/test/python/make_venv.sh")
                .isNotNull();
        return new PythonProgram(script);
    }

    /// Starts it, with all it prints in a file.
    public Process start(Path output, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(System.getenv().getOrDefault(VARIABLE, "python3"), "src/test/python/" + script));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /// The lines it prints; fails with all of them when the script fails.
    public List<String> run(Object... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("python", ".log");
        int exitCode = start(output, arguments).waitFor();
        List<String> lines = Files.readAllLines(output);
        Files.delete(output);
        assertThat(exitCode).as("%s%n%s", script, String.join("\n", lines)).isZero();
        return lines;
    }
}
