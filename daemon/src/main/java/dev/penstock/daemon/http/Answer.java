package dev.penstock.daemon.http;

import dev.penstock.daemon.protocol.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/// What is sent back for one request.
record Answer(HttpResponseStatus status, String contentType, byte[] body) {

    /// The text format that every Prometheus reads.
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    static Answer json(HttpResponseStatus status, JsonNode json) {
        return new Answer(status, "application/json", Json.bytes(json));
    }

    static Answer ok(JsonNode json) {
        return json(HttpResponseStatus.OK, json);
    }

    /// @param reason for a person; says nothing of what the request held
    static Answer refused(HttpResponseStatus status, String reason) {
        return json(status, Json.object().put("error", reason));
    }

    static Answer metrics(String page) {
        return new Answer(HttpResponseStatus.OK, PROMETHEUS, page.getBytes(StandardCharsets.UTF_8));
    }
}
