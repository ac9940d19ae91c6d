package dev.penstock.daemon.http;

import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.server.Daemon;
import dev.penstock.daemon.server.DaemonState;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.server.HttpServerRequest;

/// Which request gets which answer.
///
/// Probes are answered by the event loop, so that their answer proves that it turns, and need no token. Whoever looks
/// needs the token where there is one; whoever changes something always does. What may wait for a lock of the daemon
/// is answered on other threads.
final class Routes {

    private static final Pattern DETACH = Pattern.compile("/v1/jobs/([^/]+)/detach");
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

    private final Daemon daemon;
    private final Optional<BearerToken> token;
    private final Supplier<String> metrics;
    private final Scheduler workers;

    Routes(Daemon daemon, Optional<BearerToken> token, Supplier<String> metrics, Scheduler workers) {
        this.daemon = daemon;
        this.token = token;
        this.metrics = metrics;
        this.workers = workers;
    }

    Mono<Answer> answer(HttpServerRequest request) {
        String path = path(request.uri());
        Matcher detach = DETACH.matcher(path);
        if (detach.matches()) {
            return control(request, () -> detach(detach.group(1)));
        }
        return switch (path) {
            case "/health" -> probe(request, daemon.state() != DaemonState.DEAF);
            case "/ready" -> probe(request, daemon.state() == DaemonState.SERVING);
            case "/metrics" -> look(request, () -> Answer.metrics(metrics.get()));
            case "/v1/stats" -> look(request, () -> Answer.ok(Json.of(daemon.snapshot())));
            case "/v1/jobs" ->
                look(
                        request,
                        () -> Answer.ok(Json.object()
                                .set("jobs", Json.of(daemon.snapshot().jobs()))));
            default -> Mono.just(Answer.refused(HttpResponseStatus.NOT_FOUND, "nothing is here; see docs/daemon.md"));
        };
    }

    private static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private Mono<Answer> probe(HttpServerRequest request, boolean passes) {
        if (!HttpMethod.GET.equals(request.method())) {
            return wrongMethod(HttpMethod.GET);
        }
        DaemonState state = daemon.state();
        return Mono.just(Answer.json(
                passes ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                Json.object().put("status", state.toString()).put("reason", state.reason())));
    }

    private Mono<Answer> look(HttpServerRequest request, Supplier<Answer> answer) {
        if (!HttpMethod.GET.equals(request.method())) {
            return wrongMethod(HttpMethod.GET);
        }
        return token.isEmpty() || isAdministrator(request) ? work(answer) : unauthorized();
    }

    private Mono<Answer> control(HttpServerRequest request, Supplier<Answer> answer) {
        if (!HttpMethod.POST.equals(request.method())) {
            return wrongMethod(HttpMethod.POST);
        }
        if (token.isEmpty()) {
            return Mono.just(Answer.refused(
                    HttpResponseStatus.FORBIDDEN, "this daemon takes no orders; start it with --token-file"));
        }
        return isAdministrator(request) ? work(answer) : unauthorized();
    }

    private boolean isAdministrator(HttpServerRequest request) {
        String shown = request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION);
        return token.map(expected -> expected.isShownBy(shown)).orElse(false);
    }

    private Answer detach(String encodedName) {
        String name;
        try {
            // A plus is a plus in a path.
            name = URLDecoder.decode(encodedName.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return Answer.refused(HttpResponseStatus.BAD_REQUEST, "the job's name is not percent-encoded as it should");
        }
        int clients = daemon.detach(name);
        return clients == 0
                ? Answer.refused(HttpResponseStatus.NOT_FOUND, "no client of a job of this name is attached")
                : Answer.ok(Json.object().put("job", name).put("clients", clients));
    }

    private Mono<Answer> work(Supplier<Answer> answer) {
        return Mono.fromSupplier(answer).subscribeOn(workers).onErrorResume(failure -> {
            LOG.error("a request over HTTP failed", failure);
            return Mono.just(Answer.refused(
                    HttpResponseStatus.INTERNAL_SERVER_ERROR, "the daemon failed to answer; its log says why"));
        });
    }

    private static Mono<Answer> unauthorized() {
        return Mono.just(Answer.refused(
                HttpResponseStatus.UNAUTHORIZED, "show the token of --token-file: Authorization: Bearer TOKEN"));
    }

    private static Mono<Answer> wrongMethod(HttpMethod right) {
        return Mono.just(Answer.refused(HttpResponseStatus.METHOD_NOT_ALLOWED, "use " + right));
    }
}
