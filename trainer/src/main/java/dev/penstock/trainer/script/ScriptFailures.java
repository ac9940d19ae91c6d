package dev.penstock.trainer.script;

import java.util.List;

/// What libtorch says went wrong, in one line.
final class ScriptFailures {

    /// Begins a line that says what was wrong, below the traceback of a script.
    private static final String CAUSE = "RuntimeError: ";

    private ScriptFailures() {}

    /// The cause without tracebacks and native frames.
    static String cause(RuntimeException failure) {
        List<String> lines = String.valueOf(failure.getMessage())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        return lines.stream()
                .filter(line -> line.startsWith(CAUSE))
                .reduce((first, last) -> last)
                .map(line -> line.substring(CAUSE.length()))
                .orElse(lines.isEmpty() ? failure.toString() : lines.getFirst());
    }
}
