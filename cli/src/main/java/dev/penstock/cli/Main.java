package dev.penstock.cli;

import dev.penstock.cli.option.ConfigFile;
import dev.penstock.cli.option.Converters;
import java.util.ServiceLoader;
import picocli.CommandLine;

/// The entry of the `penstock` command.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        int exitCode = commandLine().execute(arguments);
        System.out.flush();
        // Neither a print stream nor a writer over it throws: a full disk or a closed pipe must be asked for.
        if (System.out.checkError()) {
            System.err.println("penstock: writing standard output failed; its disk is full or its reader is gone");
            exitCode = Math.max(exitCode, ExitCode.FAILED);
        }
        System.exit(exitCode);
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
                .addSubcommand(new ServeCommand())
                .addSubcommand(new TopCommand())
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
