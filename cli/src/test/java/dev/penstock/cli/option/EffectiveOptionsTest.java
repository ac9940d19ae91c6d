package dev.penstock.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class EffectiveOptionsTest {

    @Command(name = "sample")
    private static final class Sample {
        @Mixin
        @SuppressWarnings("UnusedVariable") // picocli fills it
        private final LoaderOptions loading = new LoaderOptions();

        @Mixin
        private final TrackingOptions tracking = new TrackingOptions();
    }

    private static Sample parsed(CommandLine commandLine, String... arguments) {
        Converters.register(commandLine);
        commandLine.parseArgs(arguments);
        return commandLine.getCommand();
    }

    @Test
    void defaultsAreShownAndSecretsAreNot() {
        CommandLine commandLine = new CommandLine(new Sample());
        parsed(commandLine, "--batch=7", "--mlflow=https://ada:pw@host/path?token=t0k3n");

        SequencedMap<String, String> options = EffectiveOptions.of(commandLine.getCommandSpec());

        assertThat(options)
                .containsEntry("batch", "7")
                .containsEntry("seed", "0")
                .containsEntry("balance", "exact")
                .containsEntry("mlflow", "https://…@host/path?…")
                .doesNotContainKey("steps");
    }

    @Test
    void environmentStandsInForTheTrackingServer() {
        TrackingOptions none = parsed(new CommandLine(new Sample())).tracking;
        Map<String, String> environment =
                Map.of("MLFLOW_TRACKING_URI", "http://host:5000", "MLFLOW_EXPERIMENT_NAME", "e");

        assertThat(none.mlflow(environment)).hasToString("Optional[http://host:5000]");
        assertThat(none.experiment(environment)).isEqualTo("e");
        assertThat(none.mlflow(Map.of())).isEmpty();
        assertThat(none.experiment(Map.of())).isEqualTo("penstock");
        assertThatThrownBy(() -> none.mlflow(Map.of("MLFLOW_TRACKING_URI", "sqlite:///a.db")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("sqlite:");
    }
}
