package dev.penstock.cli.option;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Every option and parameter of a command with the value it has, defaults included, as text that may be shown.
public final class EffectiveOptions {

    private EffectiveOptions() {}

    /// By name without dashes; what has neither a value nor a default is left out.
    public static SequencedMap<String, String> of(CommandSpec command) {
        SequencedMap<String, String> options = new LinkedHashMap<>();
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            put(options, parameter.paramLabel().toLowerCase(Locale.ROOT), parameter);
        }
        command.options().stream()
                .filter(option -> !option.usageHelp())
                .sorted((a, b) -> a.longestName().compareTo(b.longestName()))
                .forEach(option -> put(options, name(option), option));
        return options;
    }

    private static String name(OptionSpec option) {
        return option.longestName().substring("--".length());
    }

    private static void put(SequencedMap<String, String> options, String name, ArgSpec argument) {
        Object value = argument.getValue();
        if (value instanceof Optional<?> optional) {
            optional.ifPresent(present -> options.put(name, text(present)));
        } else if (value != null) {
            options.put(name, text(value));
        }
    }

    private static String text(Object value) {
        return value instanceof URI uri ? Locations.shown(uri) : Locations.withoutSecrets(String.valueOf(value));
    }
}
