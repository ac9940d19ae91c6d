package dev.penstock.cli.option;

import dev.penstock.cli.report.JsonFile;
import dev.penstock.cli.report.ProgressLine;
import dev.penstock.cli.report.Result;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.store.Patience;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// What every command takes: `--json`, `--verbose`, `--help`; and where it prints.
public final class CommonOptions {

    /// Looked up by name where a failure is reported, because the command may not have got as far as its options.
    public static final String VERBOSE = "--verbose";

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(names = VERBOSE, description = "Say more: the whole configuration at the start, the stack of a failure.")
    private boolean verbose;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result to FILE as JSON.")
    private Optional<Path> json = Optional.empty();

    private CommandSpec command() {
        return Objects.requireNonNull(command, "options outside of a command");
    }

    public PrintWriter out() {
        return command().commandLine().getOut();
    }

    public PrintWriter err() {
        return command().commandLine().getErr();
    }

    /// A line that is shown while the command works.
    public ProgressLine progress() {
        return ProgressLine.on(err());
    }

    /// Waits for a store that does not answer, and shows on `progress` what it is that it does not answer.
    public static Patience shownOn(ProgressLine progress) {
        return Patience.telling(
                failure -> progress.failed(() -> Locations.withoutSecrets(String.valueOf(failure.getMessage()))));
    }

    /// Prints what only `--verbose` shows.
    public void detail(String text) {
        if (verbose) {
            err().println(Locations.withoutSecrets(text));
            err().flush();
        }
    }

    /// Fails now, rather than after the work, when the result could not be written.
    public void requireWritableResult() {
        json.ifPresent(file -> requireWritable("json", file));
    }

    /// Fails now, rather than after the work, when a file that an option names could not be written.
    public static void requireWritable(String option, Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isWritable(directory) || Files.isDirectory(file)) {
            throw new ConfigurationException(FailureMessage.of("result option")
                    .with(option, file)
                    .with("directory", directory)
                    .remedy("name a file in a directory that exists and can be written"));
        }
    }

    /// Fails when there is no `--json` for what an option adds to it.
    public void requireResultFor(String option) {
        if (json.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("result option")
                    .with("option", option)
                    .with("json", "none")
                    .remedy(option + " is written to the result; add --json FILE"));
        }
    }

    /// Writes the result where `--json` says, if it was given.
    public void write(Result result) {
        json.ifPresent(result::write);
    }

    /// Writes what is no list of measurements where `--json` says, if it was given.
    public void write(JsonNode json) {
        this.json.ifPresent(file -> JsonFile.write(file, json));
    }

    /// The result of this command, still without rows.
    public Result newResult() {
        return new Result(command().name());
    }
}
