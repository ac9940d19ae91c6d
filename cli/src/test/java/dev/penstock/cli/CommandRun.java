package dev.penstock.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/// One command, run in this process as the launcher would run it.
record CommandRun(int exitCode, String out, String err) {

    static CommandRun of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        int exitCode = commandLine.execute(
                Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /// Runs a command that must succeed.
    static CommandRun done(Object... arguments) {
        CommandRun run = of(arguments);
        if (run.exitCode != ExitCode.DONE) {
            throw new AssertionError(List.of(arguments) + " ended with " + run.exitCode + ": " + run.err);
        }
        return run;
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    static String file(Path directory) {
        return "file:" + directory;
    }
}
