package dev.penstock.cli.option;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Where the curves of a run go besides its directory; MLflow's own environment variables stand in for the options.
public final class TrackingOptions {

    private static final String URI_VARIABLE = "MLFLOW_TRACKING_URI";
    private static final String EXPERIMENT_VARIABLE = "MLFLOW_EXPERIMENT_NAME";

    @Option(
            names = "--mlflow",
            paramLabel = "URI",
            description =
                    "MLflow tracking server that gets the curves, http: or https:. Default: $" + URI_VARIABLE + ".")
    private Optional<URI> mlflow = Optional.empty();

    @Option(
            names = "--mlflow-experiment",
            paramLabel = "NAME",
            description = "Experiment of the run there. Default: $" + EXPERIMENT_VARIABLE + ", else penstock.")
    private Optional<String> experiment = Optional.empty();

    /// The tracking server, if there is to be one.
    public Optional<URI> mlflow(Map<String, String> environment) {
        Optional<URI> server = mlflow.or(() -> Optional.ofNullable(environment.get(URI_VARIABLE))
                .filter(text -> !text.isBlank())
                .map(Locations::uri));
        server.filter(uri -> uri.getHost() == null
                        || !String.valueOf(uri.getScheme()).matches("https?"))
                .ifPresent(uri -> {
                    throw new ConfigurationException(FailureMessage.of("tracking option")
                            .with("mlflow", Locations.shown(uri))
                            .remedy("name a server by http: or https:; runs are kept in files without one anyway"));
                });
        return server;
    }

    public String experiment(Map<String, String> environment) {
        return experiment.orElseGet(() -> environment.getOrDefault(EXPERIMENT_VARIABLE, "penstock"));
    }
}
