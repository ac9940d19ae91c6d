package dev.penstock.storage.web;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.ThrottledException;
import dev.penstock.storage.http.ConnectionFailures;
import dev.penstock.storage.http.HttpFailures;
import dev.penstock.storage.http.RetryAfter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.time.Duration;

/// Turns a status or a broken connection into the failure that says what to do.
///
/// Messages name the status, never what the server wrote beside it: an error page may repeat the request's URL.
final class WebFailures {

    private static final String TRUST =
            "add the authority to the JVM's trust store (-Djavax.net.ssl.trustStore) if you trust it";

    private WebFailures() {}

    /// The failure of a request that was answered with a status that is none of those a caller knows.
    static PenstockException ofStatus(FailureMessage operation, int status, HttpHeaders headers) {
        Duration wait = RetryAfter.of(headers::get);
        FailureMessage answered = operation.with("found", text(status));
        FailureMessage message = wait.isZero() ? answered : answered.with("retryAfter", wait.toSeconds() + " s");
        return switch (status) {
            case 404, 410 -> new ObjectMissingException(message.remedy("check the path"), null);
            case 401 ->
                new StoreAccessException(
                        message.remedy("put a valid token behind the '?' of the URI, or renew it if it expired"));
            case 403 ->
                new StoreAccessException(
                        message.remedy("check that this host may read the path, and that its URL has not expired"));
            case 429, 503 -> new ThrottledException(message.remedy("ask less often"), null, wait);
            case 408, 425 -> new RetryableException(message.remedy("if it persists, check the server"), null, wait);
            case 301, 302, 303, 307, 308 ->
                new StoreAccessException(message.remedy(
                        Redirects.isAddress(headers.get(HttpHeaderNames.LOCATION))
                                ? "name the address it leads to: a chain of many redirects is not followed, nor one to"
                                        + " http"
                                : "check the server's redirects: this one has no Location that is an address"));
            case 501, 505 -> new StoreAccessException(message.remedy("check the server's software"));
            default ->
                status >= 500
                        ? new RetryableException(message.remedy("if it persists, check the server's log"), null, wait)
                        : new StoreAccessException(message.remedy("check that a web server serves this URI"));
        };
    }

    /// The failure of a request that was not answered to its end.
    static PenstockException of(FailureMessage operation, Throwable cause) {
        return switch (HttpFailures.asSeenByTheSdk(cause)) {
            case PenstockException known -> known;
            case IOException connection -> ConnectionFailures.of(operation, connection, TRUST);
            case Throwable other ->
                new StoreAccessException(
                        operation
                                .with("found", "a request that could not be sent")
                                .remedy("check that a web server serves this URI"),
                        other);
        };
    }

    static String text(int status) {
        return HttpResponseStatus.valueOf(status).toString();
    }
}
