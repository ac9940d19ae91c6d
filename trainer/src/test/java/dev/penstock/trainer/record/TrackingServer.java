package dev.penstock.trainer.record;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The part of a tracking server that a run talks to, over real HTTP: one experiment, one run.
final class TrackingServer implements AutoCloseable {

    static final String RUN = "0123abcd";

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<Integer> failures = new ConcurrentLinkedQueue<>();
    private final List<String> metrics = new CopyOnWriteArrayList<>();
    private final List<String> parameters = new CopyOnWriteArrayList<>();
    private final List<String> statuses = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final List<Long> steps = new CopyOnWriteArrayList<>();

    TrackingServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/api/2.0/mlflow/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// Answers the next requests with metrics with a status of failure. MLflow's client asks three times by itself.
    void fail(int status, int times) {
        failures.addAll(Collections.nCopies(times, status));
    }

    /// What it was sent, as `step key value`.
    List<String> metrics() {
        return List.copyOf(metrics);
    }

    List<String> parameters() {
        return List.copyOf(parameters);
    }

    List<String> statuses() {
        return List.copyOf(statuses);
    }

    List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String call = exchange.getRequestURI().getPath().substring("/api/2.0/mlflow/".length());
        JsonNode request =
                JSON.readTree(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8) + " ");
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null) {
            authorizations.add(authorization);
        }
        Integer failure =
                call.equals("runs/log-batch") && request.path("metrics").size() > 0 ? failures.poll() : null;
        if (failure != null) {
            answer(exchange, failure, "{\"error_code\":\"INTERNAL_ERROR\",\"message\":\"out of order\"}");
            return;
        }
        switch (call) {
            case "experiments/get-by-name" ->
                answer(exchange, 404, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"none\"}");
            case "experiments/create" -> answer(exchange, 200, "{\"experiment_id\":\"7\"}");
            case "runs/create" ->
                answer(exchange, 200, "{\"run\":{\"info\":{\"run_id\":\"" + RUN + "\",\"run_uuid\":\"" + RUN + "\"}}}");
            case "runs/get" -> answer(exchange, 200, state());
            case "runs/log-batch" -> {
                log(request);
                answer(exchange, 200, "{}");
            }
            case "runs/update" -> {
                statuses.add(request.path("status").asString());
                answer(exchange, 200, "{}");
            }
            default -> answer(exchange, 501, "{}");
        }
    }

    private void log(JsonNode request) {
        for (JsonNode metric : request.path("metrics")) {
            steps.add(metric.path("step").asLong());
            metrics.add(metric.path("step").asLong() + " " + metric.path("key").asString() + " "
                    + metric.path("value").asDouble());
        }
        for (JsonNode parameter : request.path("params")) {
            parameters.add(parameter.path("key").asString() + "="
                    + parameter.path("value").asString());
        }
    }

    private String state() {
        long last = steps.stream().mapToLong(Long::longValue).max().orElse(0);
        List<String> latest = new ArrayList<>();
        if (!steps.isEmpty()) {
            latest.add("{\"key\":\"loss\",\"value\":1,\"timestamp\":1,\"step\":" + last + "}");
        }
        return "{\"run\":{\"info\":{\"run_id\":\"" + RUN + "\"},\"data\":{\"metrics\":" + latest + "}}}";
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
