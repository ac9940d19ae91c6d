package dev.penstock.bench.daemon;

import dev.penstock.bench.daemon.process.JavaProcess;
import dev.penstock.cli.Main;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the Python client does beside PyTorch's DataLoader and a hand-tuned loader: `bench/peers/daemon_vs_torch.py`,
/// which says how, run by the interpreter that `PENSTOCK_PYTHON` names.
///
/// Where there is no such interpreter or it lacks PyTorch, nothing of it is measured, and that is said.
///
/// @param rows empty where it did not run
/// @param notRun why it did not; null where it did
record PythonRun(List<Row> rows, @Nullable String notRun) {

    private static final String SCRIPT = "bench/peers/daemon_vs_torch.py";

    static PythonRun of(URI dataset, int batch, int rounds, Path scratch) throws InterruptedException {
        String python = System.getenv("PENSTOCK_PYTHON");
        if (python == null || python.isBlank()) {
            return missing("PENSTOCK_PYTHON names no interpreter with PyTorch and NumPy");
        }
        if (!"file".equals(dataset.getScheme())) {
            return missing("its controls map files, and this is " + dataset.getScheme() + ":");
        }
        Path repository = repository();
        if (repository == null) {
            return missing("this build is not in its repository, where " + SCRIPT + " is");
        }
        return run(python, repository, dataset, batch, rounds, scratch.resolve("python.json"));
    }

    private static PythonRun missing(String why) {
        return new PythonRun(List.of(), why);
    }

    /// Three directories above the classes that run here.
    private static @Nullable Path repository() {
        try {
            Path classes = Path.of(PythonRun.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path root = classes.resolve("../../..").normalize();
            return Files.isRegularFile(root.resolve(SCRIPT)) ? root : null;
        } catch (URISyntaxException unusable) {
            return null;
        }
    }

    private static PythonRun run(String python, Path repository, URI dataset, int batch, int rounds, Path json)
            throws InterruptedException {
        List<String> command = List.of(
                python,
                repository.resolve(SCRIPT).toString(),
                "--data",
                Path.of(dataset).toString(),
                "--batch",
                Integer.toString(batch),
                "--rounds",
                Integer.toString(rounds),
                "--json",
                json.toString());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT);
        builder.environment().put("PENSTOCK_COMMAND", quoted(JavaProcess.command(Main.class, List.of())));
        builder.environment().put("PYTHONPATH", repository.resolve("python/src").toString());
        try {
            int exit = builder.start().waitFor();
            return exit == 0 ? new PythonRun(read(json), null) : missing(SCRIPT + " ended with " + exit);
        } catch (IOException absent) {
            return missing("starting " + python + " failed: " + absent.getMessage());
        }
    }

    /// As a shell would split it again.
    private static String quoted(List<String> words) {
        return words.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }

    private static List<Row> read(Path json) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (JsonNode row :
                JsonMapper.shared().readTree(Files.readAllBytes(json)).required("rows")) {
            Better better = row.required("better").stringValue().equals("higher") ? Better.HIGHER : Better.LOWER;
            String metric = "python_" + row.required("metric").stringValue();
            Row read = Row.of(
                            metric,
                            row.required("value").doubleValue(),
                            row.required("unit").stringValue(),
                            better)
                    .withSpread(
                            row.required("spread").required(0).doubleValue(),
                            row.required("spread").required(1).doubleValue());
            JsonNode goal = row.required("goal");
            rows.add(goal.isNull() ? read : read.withGoal(goal.doubleValue()));
        }
        return List.copyOf(rows);
    }
}
