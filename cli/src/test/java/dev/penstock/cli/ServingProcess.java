package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.process.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `penstock serve` in a process of its own, small, until it is closed; what it says is kept.
final class ServingProcess implements AutoCloseable {

    private static final Pattern HTTP = Pattern.compile("HTTP on 127\\.0\\.0\\.1:(\\d+)$");

    private final Process process;
    private final String firstLine;

    private ServingProcess(Process process, String firstLine) {
        this.process = process;
        this.firstLine = firstLine;
    }

    /// @param environment `NAME=value`
    /// @param arguments besides those that keep it small
    static ServingProcess start(List<String> environment, Object... arguments) throws IOException {
        return run(environment, small(arguments));
    }

    /// The same, with its standard error in a file.
    static ServingProcess logging(Path log, Object... arguments) throws IOException {
        return started(List.of("sh", "-c", "exec \"$@\" 2>\"$0\"", log.toString()), small(arguments));
    }

    /// @param command all of it, beginning with `serve`
    static ServingProcess run(List<String> environment, List<String> command) throws IOException {
        List<String> wrapper = new ArrayList<>(List.of("env"));
        wrapper.addAll(environment);
        return started(wrapper, command);
    }

    private static ServingProcess started(List<String> wrapper, List<String> command) throws IOException {
        Process process = ChildJvm.start(wrapper, Main.class, command.toArray(String[]::new));
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        assertThat(line).as("%s", command).startsWith("serving on ");
        return new ServingProcess(process, line);
    }

    private static List<String> small(Object... arguments) {
        List<String> command = new ArrayList<>(List.of("serve", "--ram", "1M", "--block", "64K"));
        Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
        return command;
    }

    static ServingProcess at(Path socket, Object... more) throws IOException {
        List<String> command = small("--socket", socket);
        Arrays.stream(more).map(String::valueOf).forEach(command::add);
        return run(List.of(), command);
    }

    String firstLine() {
        return firstLine;
    }

    /// The answer of the port that was asked for with `--http`.
    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port());
    }

    private int port() {
        Matcher address = HTTP.matcher(firstLine);
        assertThat(address.find()).as(firstLine).isTrue();
        return Integer.parseInt(address.group(1));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Sends signals right one after the other; a process that has ended gets none.
    void signal(String... names) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder();
        for (String name : names) {
            script.append("kill -")
                    .append(name)
                    .append(' ')
                    .append(process.pid())
                    .append("; ");
        }
        int _ = new ProcessBuilder("sh", "-c", script.toString()).start().waitFor();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            process.inputReader().close();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
    }
}
