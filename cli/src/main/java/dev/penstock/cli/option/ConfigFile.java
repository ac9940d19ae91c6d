package dev.penstock.cli.option;

import dev.penstock.error.PenstockException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// The file behind `--config`: defaults for the options of one command's loader or daemon.
///
/// Values go through the same converters as the command line, which is parsed a second time over them, so that it
/// wins.
public final class ConfigFile implements IDefaultValueProvider {

    static final String OPTION = "--config";

    private static final String DASHES = "--";

    /// A file says what these say.
    private static final Set<Class<?>> OWNERS = Set.of(LoaderOptions.class, CacheOptions.class, ServeOptions.class);

    private final YamlFile file;

    private ConfigFile(YamlFile file) {
        this.file = file;
    }

    /// Runs the command after its config file, if it names one, was read.
    public static IExecutionStrategy strategy() {
        return parsed -> {
            ParseResult command = parsed;
            while (command.hasSubcommand()) {
                command = command.subcommand();
            }
            Path file =
                    command.matchedOptionValue(OPTION, Optional.<Path>empty()).orElse(null);
            ParseResult complete = file == null ? parsed : reparse(parsed, command.commandSpec(), file);
            return new CommandLine.RunLast().execute(complete);
        };
    }

    private static ParseResult reparse(ParseResult parsed, CommandSpec command, Path file) {
        try {
            YamlFile yaml = YamlFile.read(file, names(command));
            command.commandLine().setDefaultValueProvider(new ConfigFile(yaml));
        } catch (PenstockException refused) {
            throw new ParameterException(command.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
        return parsed.commandSpec()
                .commandLine()
                .parseArgs(parsed.originalArgs().toArray(String[]::new));
    }

    private static List<String> names(CommandSpec command) {
        return command.options().stream()
                .filter(ConfigFile::isConfigurable)
                .map(ConfigFile::name)
                .sorted()
                .toList();
    }

    static boolean isConfigurable(OptionSpec option) {
        return option.userObject() instanceof Field field
                && OWNERS.contains(field.getDeclaringClass())
                && !option.longestName().equals(OPTION);
    }

    private static String name(OptionSpec option) {
        return option.longestName().substring(DASHES.length());
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option && isConfigurable(option)
                ? file.value(name(option)).orElse(null)
                : null;
    }
}
