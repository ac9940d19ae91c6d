package dev.penstock.bench;

import dev.penstock.cli.CommandProvider;

/// Adds `penstock bench` to the command line.
public final class BenchCommands implements CommandProvider {

    @Override
    public Object command() {
        return new BenchCommand();
    }
}
