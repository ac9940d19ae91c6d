package dev.penstock.cli.option;

import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.Start;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The options of a command that may read through a daemon.
public final class DaemonOptions {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--daemon",
            paramLabel = "SOCKET",
            description =
                    "Read through the daemon that listens there (see penstock serve); 'auto' is where PENSTOCK_SOCKET"
                            + " says, else where it listens by default.")
    private Optional<Path> socket = Optional.empty();

    @Option(
            names = "--job",
            paramLabel = "NAME",
            description = "Name of this run at the daemon, the same for all of its ranks.")
    private Optional<String> job = Optional.empty();

    /// Whether a daemon was named.
    public boolean isRemote() {
        return socket.isPresent();
    }

    /// What of the loader options is sent to the daemon, as it was stated.
    public SortedMap<String, String> stated() {
        return AttachOptions.stated(Objects.requireNonNull(command, "options outside of a command"));
    }

    /// Attaches to the daemon that was named. The caller closes.
    ///
    /// @param options what is delivered
    /// @param startStep first step of it
    /// @param unnamed what the run is called when its user did not name it
    public RemoteLoader attach(URI dataset, SortedMap<String, String> options, long startStep, String unnamed) {
        AttachRequest request = AttachRequest.of(job.orElse(unnamed), dataset.toString(), options)
                .withStart(new Start.AtStep(startStep));
        return RemoteLoader.attach(SocketPath.named(socket.orElseThrow()), request, ReconnectPolicy.defaults());
    }
}
