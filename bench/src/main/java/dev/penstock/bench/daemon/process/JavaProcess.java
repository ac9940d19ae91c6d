package dev.penstock.bench.daemon.process;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Starts classes of this build in JVMs of their own.
public final class JavaProcess {

    /// Those of the `penstock` command.
    static final List<String> FLAGS = List.of("-XX:+UseParallelGC");

    private JavaProcess() {}

    /// The words of a command line, with the flags of the `penstock` command.
    public static List<String> command(Class<?> main, List<String> arguments) {
        return command(FLAGS, main, arguments);
    }

    public static List<String> command(List<String> flags, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(flags);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(arguments);
        return command;
    }

    /// What all threads of a process have used, on the kernel's clock of a hundredth of a second.
    public static Duration cpuTime(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// What it means that a process could not be started or does not answer.
    public static StoreAccessException broken(String what, IOException found) {
        return new StoreAccessException(FailureMessage.of(what).with("found", found), found);
    }
}
