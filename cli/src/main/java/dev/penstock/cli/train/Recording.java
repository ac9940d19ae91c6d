package dev.penstock.cli.train;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a run is told about recording: how it was started, and where its curves go besides its directory.
///
/// @param version of Penstock
/// @param options of the command, all that have a value, without secrets
/// @param mlflow tracking server
/// @param experiment there
public record Recording(String version, Map<String, String> options, Optional<URI> mlflow, String experiment) {

    public Recording {
        options = new LinkedHashMap<>(options);
    }
}
