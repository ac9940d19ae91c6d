package dev.penstock.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Starts a class of the tests in a JVM of its own.
public final class ChildJvm {

    private ChildJvm() {}

    /// @param wrapper a command that runs the command that follows it, such as `prlimit`; may be empty
    public static Process start(List<String> wrapper, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
