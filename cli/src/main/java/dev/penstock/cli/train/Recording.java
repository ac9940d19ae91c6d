package dev.penstock.cli.train;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a run is told about recording: how it was started, and where its curves go besides its directory.
///
/// @param version of Penstock
/// @param options of the command, all that have a value, without secrets, and the recipe's values
/// @param mlflow tracking server
/// @param experiment there
public record Recording(String version, Map<String, String> options, Optional<URI> mlflow, String experiment) {

    public Recording {
        options = new LinkedHashMap<>(options);
    }

    /// With the values of a recipe beside those of the command, as `recipe.KEY`.
    public Recording with(Recipe recipe) {
        Map<String, String> both = new LinkedHashMap<>(options);
        recipe.values().forEach((key, value) -> {
            if (!value.isEmpty()) {
                both.put("recipe." + key, value);
            }
        });
        return new Recording(version, both, mlflow, experiment);
    }
}
