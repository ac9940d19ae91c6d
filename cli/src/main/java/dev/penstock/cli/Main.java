package dev.penstock.cli;

import dev.penstock.cli.option.ConfigFile;
import dev.penstock.cli.option.Converters;
import java.util.ServiceLoader;
import picocli.CommandLine;

/// The entry of the `penstock` command.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /// The command line with every command; output goes where `setOut` and `setErr` say.
    public static CommandLine commandLine() {
        CommandLine root = new CommandLine(new PenstockCommand())
                .addSubcommand(new DemoCommand())
                .addSubcommand(new PackCommand())
                .addSubcommand(new IndexCommand())
                .addSubcommand(new PlanCommand())
                .addSubcommand(new ReadCommand())
                .addSubcommand(new TrainCommand())
                .addSubcommand(new DoctorCommand());
        for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
            root.addSubcommand(provider.command());
        }
        Converters.register(root);
        FailureReport failures = new FailureReport();
        return root.setExecutionStrategy(ConfigFile.strategy())
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .setUsageHelpAutoWidth(true);
    }
}
