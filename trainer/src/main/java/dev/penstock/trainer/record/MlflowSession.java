package dev.penstock.trainer.record;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/// One run on a tracking server, through MLflow's own client. Every call blocks and throws what that client throws.
///
/// Threading: confined to one thread.
final class MlflowSession implements AutoCloseable {

    /// The server's limits for one request.
    private static final int PARAMETERS_PER_REQUEST = 100;

    private static final int PARAMETER_CHARACTERS = 500;

    private static final long NO_STEP = -1;

    private final MlflowClient client;
    private final String runId;
    private final long lastStep;

    private MlflowSession(MlflowClient client, String runId, long lastStep) {
        this.client = client;
        this.runId = runId;
        this.lastStep = lastStep;
    }

    /// Finds the run that its file names, or makes one and names it there.
    static MlflowSession open(MlflowRun run) throws IOException {
        MlflowClient client = client(run.server());
        try {
            if (Files.exists(run.idFile())) {
                String runId = Files.readString(run.idFile()).strip();
                return new MlflowSession(client, runId, lastStep(client, runId));
            }
            String runId = create(client, run);
            Path partial = run.idFile().resolveSibling(run.idFile().getFileName() + ".partial");
            Files.writeString(partial, runId + "\n");
            Files.move(partial, run.idFile(), StandardCopyOption.ATOMIC_MOVE);
            return new MlflowSession(client, runId, NO_STEP);
        } catch (IOException | RuntimeException failed) {
            client.close();
            throw failed;
        }
    }

    private static MlflowClient client(URI server) {
        String user = server.getUserInfo();
        if (user == null) {
            String name = System.getenv("MLFLOW_TRACKING_USERNAME");
            String token = System.getenv("MLFLOW_TRACKING_TOKEN");
            return new MlflowClient(
                    name == null && token == null
                            ? new BasicMlflowHostCreds(server.toString())
                            : new BasicMlflowHostCreds(
                                    server.toString(), name, System.getenv("MLFLOW_TRACKING_PASSWORD"), token, false));
        }
        String host = server.toString().replace(server.getRawUserInfo() + "@", "");
        int colon = user.indexOf(':');
        return new MlflowClient(
                colon < 0
                        ? new BasicMlflowHostCreds(host, user, "")
                        : new BasicMlflowHostCreds(host, user.substring(0, colon), user.substring(colon + 1)));
    }

    private static String create(MlflowClient client, MlflowRun run) {
        String experiment = client.getExperimentByName(run.experiment())
                .map(found -> found.getExperimentId())
                .orElseGet(() -> client.createExperiment(run.experiment()));
        CreateRun.Builder request = CreateRun.newBuilder()
                .setExperimentId(experiment)
                .setRunName(run.name())
                .setStartTime(System.currentTimeMillis());
        run.tags()
                .forEach((key, value) ->
                        request.addTags(RunTag.newBuilder().setKey(key).setValue(value)));
        String runId = client.createRun(request.build()).getRunId();
        List<Param> parameters = new ArrayList<>();
        run.parameters()
                .forEach((key, value) -> parameters.add(Param.newBuilder()
                        .setKey(key)
                        .setValue(value.substring(0, Math.min(value.length(), PARAMETER_CHARACTERS)))
                        .build()));
        for (int begin = 0; begin < parameters.size(); begin += PARAMETERS_PER_REQUEST) {
            int end = Math.min(parameters.size(), begin + PARAMETERS_PER_REQUEST);
            client.logBatch(runId, List.of(), parameters.subList(begin, end), List.of());
        }
        return runId;
    }

    private static long lastStep(MlflowClient client, String runId) {
        return client.getRun(runId).getData().getMetricsList().stream()
                .mapToLong(Metric::getStep)
                .max()
                .orElse(NO_STEP);
    }

    /// Sends what the server does not have. Steps are trained again to the same bits after a resume, and a server
    /// cannot forget, so the ones it has are left as they are.
    ///
    /// @return values sent
    int send(List<StepMetrics> steps) {
        List<Metric> metrics = new ArrayList<>();
        for (StepMetrics step : steps) {
            if (step.step() > lastStep) {
                for (Map.Entry<String, Double> value : step.values().entrySet()) {
                    metrics.add(Metric.newBuilder()
                            .setKey(value.getKey())
                            .setValue(value.getValue())
                            .setTimestamp(step.time().toEpochMilli())
                            .setStep(step.step())
                            .build());
                }
            }
        }
        if (!metrics.isEmpty()) {
            client.logBatch(runId, metrics, List.of(), List.of());
        }
        return metrics.size();
    }

    /// @return the status that the run now has
    RunStatus end(RunStatus status) {
        client.setTerminated(runId, status);
        return status;
    }

    @Override
    public void close() {
        client.close();
    }
}
