package dev.penstock.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `penstock` itself, which does nothing without a subcommand.
@Command(
        name = "penstock",
        description = "Streams training data from where it is to where it is trained on.",
        synopsisSubcommandLabel = "COMMAND",
        version = "penstock " + PenstockCommand.VERSION)
final class PenstockCommand implements Runnable {

    static final String VERSION = "0.1.0-SNAPSHOT";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean version;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command was given");
    }
}
