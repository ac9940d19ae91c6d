package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.penstock.process.NotifySocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The files of docs/deploy do what they say, as far as that can be tried without installing them.
@Timeout(120)
class DeployExamplesTest {

    private static final Path ROOT = Path.of("..");
    private static final Path DEPLOY = ROOT.resolve("docs").resolve("deploy");
    private static final String CONFIG = "/etc/penstock/penstock.yaml";
    private static final Pattern SIZE = Pattern.compile("\\b\\d+[MG]\\b");

    @TempDir
    private Path scratch;

    private static List<String> settings(String name) throws IOException {
        return Files.readAllLines(DEPLOY.resolve("penstock.service")).stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .toList();
    }

    /// Instructions with their arguments, continued lines joined, without comments.
    private static List<String> instructions(String name) throws IOException {
        String text = String.join(
                "\n",
                Files.readAllLines(DEPLOY.resolve("Containerfile")).stream()
                        .filter(line -> !line.startsWith("#"))
                        .toList());
        return text.replaceAll("\\s*\\\\\\n\\s*", " ")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .toList();
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+", -1));
    }

    private static List<String> jsonWords(String array) {
        return List.of(array.replaceAll("^\\[\"|\"]$", "").split("\", \"", -1));
    }

    /// Starts what an example starts, with its places below a directory of the test and its sizes small.
    private void assertGetsReady(List<String> arguments) throws Exception {
        String yaml = Files.readString(DEPLOY.resolve("penstock.yaml"));
        Path config = Files.writeString(
                scratch.resolve("penstock.yaml"),
                SIZE.matcher(here(yaml)).replaceAll("8M").replace(":9465", ":0"));
        assertThat(arguments).contains(CONFIG);
        List<String> command = new ArrayList<>();
        for (String argument : arguments) {
            command.add(argument.equals(CONFIG) ? config.toString() : here(argument));
        }
        command.addAll(List.of("--block", "64K"));
        Path socket = scratch.resolve("run/penstock/penstock.sock");
        Files.createDirectories(socket.getParent());
        Files.createDirectories(scratch.resolve("cache/penstock"));
        try (NotifySocket manager = NotifySocket.bind(scratch.resolve("notify").toString());
                ServingProcess daemon = ServingProcess.run(List.of("NOTIFY_SOCKET=" + manager.address()), command)) {
            assertThat(manager.next()).startsWith("READY=1\nSTATUS=serving on " + socket + ": RAM tier 8.39 MB");
            assertThat(daemon.get("/ready").statusCode()).isEqualTo(200);
        }
    }

    private String here(String text) {
        return text.replace("%t", "/run")
                .replace("/run/penstock", scratch.resolve("run/penstock").toString())
                .replace("/var/cache", scratch.resolve("cache").toString());
    }

    @Test
    void theUnitStartsADaemonThatReportsItself() throws Exception {
        assertThat(settings("Type")).containsExactly("notify");
        List<String> start = words(settings("ExecStart").getFirst());
        assertThat(start.getFirst()).endsWith("/penstock");
        assertThat(ROOT.resolve("penstock")).isExecutable();

        assertGetsReady(start.subList(1, start.size()));
    }

    @Test
    void systemdFindsNothingWrongWithTheUnit() throws Exception {
        String unit = Files.readString(DEPLOY.resolve("penstock.service"))
                .replace(
                        "/opt/penstock/penstock",
                        ROOT.resolve("penstock").toRealPath().toString());
        Path installed = Files.writeString(scratch.resolve("penstock.service"), unit);
        Process verify;
        try {
            verify = new ProcessBuilder("systemd-analyze", "verify", "--man=no", installed.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException absent) {
            abort("NOT RUN: systemd-analyze is not installed");
            return;
        }
        String complaints = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = verify.waitFor();

        assertThat(complaints).doesNotContain("penstock.service");
        assertThat(exitCode).as(complaints).isZero();
    }

    @Test
    void theContainerStartsADaemon() throws Exception {
        assertGetsReady(jsonWords(instructions("CMD").getFirst()));
    }

    @Test
    void theContainerRunsTheCommandAsTheLauncherDoes() throws Exception {
        List<String> entry = jsonWords(instructions("ENTRYPOINT").getFirst());
        String launcher = Files.readString(ROOT.resolve("penstock"));

        assertThat(entry.getFirst()).isEqualTo("java");
        assertThat(entry.getLast()).isEqualTo(Main.class.getName());
        List<String> flags = entry.subList(1, entry.indexOf("-cp"));
        assertThat(flags).isNotEmpty().allSatisfy(flag -> assertThat(launcher).contains(flag + " \\\n"));
    }

    @Test
    void theContainerTakesNothingThatTheBuildDoesNotMake() throws Exception {
        List<String> build = words(instructions("RUN").getFirst());
        String made = build.stream()
                .filter(word -> word.startsWith("-DoutputDirectory="))
                .map(word -> word.substring("-DoutputDirectory=".length()))
                .findFirst()
                .orElseThrow();
        String module = build.get(build.indexOf("-pl") + 1);
        assertThat(Files.readString(ROOT.resolve("pom.xml"))).contains("<module>" + module + "</module>");
        assertThat(build).contains(module + "/target/" + module + "-*.jar");
        String classPath = null;
        List<String> places = new ArrayList<>();
        for (String copy : instructions("COPY")) {
            List<String> words = words(copy);
            if (words.getFirst().startsWith("--from=")) {
                assertThat(words.get(1)).isEqualTo(made);
                classPath = words.getLast() + "/*";
            } else {
                assertThat(ROOT.resolve(words.getFirst())).exists();
                places.add(words.getLast());
            }
        }
        assertThat(jsonWords(instructions("ENTRYPOINT").getFirst())).contains(classPath);
        assertThat(places).contains(CONFIG);
    }
}
