package dev.penstock.cli.option;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.loader.LoaderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// The loader options as a client of the daemon sends them, by their names without dashes.
public final class AttachOptions {

    /// What the daemon decides for all clients, or a client says elsewhere.
    private static final Set<String> NOT_SENT =
            Set.of("config", "ram", "disk", "block", "connections", "hedge", "slots", "lock", "start");

    private static final String DASHES = "--";

    @Command(name = "attach")
    private static final class Attach implements Runnable {
        @Mixin
        private final LoaderOptions options = new LoaderOptions();

        @Override
        public void run() {}
    }

    private AttachOptions() {}

    /// The settings of a loader for what a client sent; refuses an option that does not exist or is not the client's.
    public static LoaderConfig.Builder parse(SortedMap<String, String> options) {
        Attach attach = new Attach();
        CommandLine commandLine = new CommandLine(attach);
        Converters.register(commandLine);
        List<String> arguments = new ArrayList<>();
        options.forEach((name, value) -> {
            if (NOT_SENT.contains(name)) {
                throw refused(name, "it belongs to the daemon, or has a member of its own");
            }
            arguments.add(DASHES + name + "=" + value);
        });
        try {
            commandLine.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException unusable) {
            throw new ConfigurationException(
                    FailureMessage.of("reading the options of an attach").with("found", unusable.getMessage()),
                    unusable);
        }
        return attach.options.toLoaderConfig(CostUnit.typicalAttention());
    }

    /// What of the options of a command decides the data, as its user stated it on the command line or in its file; for
    /// a daemon that the command starts itself, with the other options.
    public static SortedMap<String, String> ofData(CommandSpec command) {
        SortedMap<String, String> stated = new TreeMap<>();
        for (OptionSpec option : command.options()) {
            String name = option.longestName().substring(DASHES.length());
            String value = ConfigFile.isConfigurable(option) ? value(command, option) : null;
            if (value != null && !NOT_SENT.contains(name)) {
                stated.put(name, value);
            }
        }
        return stated;
    }

    /// The same for a daemon that others started; refuses what only the daemon can decide.
    static SortedMap<String, String> stated(CommandSpec command) {
        SortedMap<String, String> stated = new TreeMap<>();
        for (OptionSpec option : command.options()) {
            if (ConfigFile.isConfigurable(option)) {
                String value = value(command, option);
                String name = option.longestName().substring(DASHES.length());
                if (value != null && !name.equals("start")) {
                    if (NOT_SENT.contains(name)) {
                        throw refused(name, "state it where the daemon is started");
                    }
                    stated.put(name, value);
                }
            }
        }
        return stated;
    }

    private static @Nullable String value(CommandSpec command, OptionSpec option) {
        if (command.commandLine().getParseResult().hasMatchedOption(option)) {
            return option.originalStringValues().getLast();
        }
        try {
            return command.defaultValueProvider() == null
                    ? null
                    : command.defaultValueProvider().defaultValue(option);
        } catch (Exception unusable) {
            throw new IllegalStateException("a default that cannot be read", unusable);
        }
    }

    private static ConfigurationException refused(String name, String remedy) {
        return new ConfigurationException(FailureMessage.of("reading the options of an attach")
                .with("option", name)
                .remedy(remedy));
    }
}
