package dev.penstock.trainer.record;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/// Which run of a tracking server a training run is.
///
/// @param server `http:` or `https:`; a user and password in it are used and never shown
/// @param experiment by name; made when there is none
/// @param name of the run, as the server's pages show it
/// @param idFile remembers the run, so that a resumed training goes on with it
/// @param parameters of a new run
/// @param tags of a new run
public record MlflowRun(
        URI server,
        String experiment,
        String name,
        Path idFile,
        Map<String, String> parameters,
        Map<String, String> tags) {

    public MlflowRun {
        parameters = Map.copyOf(parameters);
        tags = Map.copyOf(tags);
    }
}
