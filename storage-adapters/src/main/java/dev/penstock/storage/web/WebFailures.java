package dev.penstock.storage.web;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.ThrottledException;
import dev.penstock.storage.http.RetryAfter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.timeout.TimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.PrematureCloseException;

/// Turns a status or a broken connection into the failure that says what to do.
///
/// Messages name the status, never what the server wrote beside it: an error page may repeat the request's URL.
final class WebFailures {

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
            case 429, 503 ->
                new ThrottledException(message.remedy("ask less often"), null, wait);
            case 408, 425 -> new RetryableException(message.remedy("if it persists, check the server"), null, wait);
            case 301, 302, 303, 307, 308 ->
                new StoreAccessException(message.remedy(
                        "name the address it leads to: a chain of many redirects is not followed, nor one to http"));
            case 501, 505 -> new StoreAccessException(message.remedy("check the server's software"));
            default ->
                status >= 500
                        ? new RetryableException(message.remedy("if it persists, check the server's log"), null, wait)
                        : new StoreAccessException(message.remedy("check that a web server serves this URI"));
        };
    }

    /// The failure of a request that was not answered to its end.
    static PenstockException of(FailureMessage operation, Throwable cause) {
        return switch (cause) {
            case PenstockException known -> known;
            case UnknownHostException _ ->
                retryable(operation, "no address for the host", "check the host name and this host's DNS", cause);
            case ProxyConnectException _ ->
                retryable(operation, "no way through the proxy", "check http_proxy and https_proxy", cause);
            case ConnectTimeoutException _ ->
                retryable(operation, "no connection in time", "check the host, the port and firewalls", cause);
            case ConnectException _ ->
                retryable(operation, "connection refused", "check the host and the port, and that it runs", cause);
            case TimeoutException _ ->
                retryable(operation, "the server fell silent", "if it persists, check the server", cause);
            case PrematureCloseException _ ->
                retryable(operation, "the connection ended early", "if it persists, check the server", cause);
            default -> ofOther(operation, cause);
        };
    }

    static String text(int status) {
        return HttpResponseStatus.valueOf(status).toString();
    }

    private static PenstockException ofOther(FailureMessage operation, Throwable cause) {
        if (isCausedBy(cause, GeneralSecurityException.class)) {
            return new StoreAccessException(
                    operation
                            .with("found", "a certificate that is not trusted")
                            .remedy("check the host name, or add its authority to the JVM's trust store"
                                    + " (-Djavax.net.ssl.trustStore)"),
                    cause);
        }
        if (isCausedBy(cause, NotSslRecordException.class)) {
            return new StoreAccessException(
                    operation.with("found", "a server without TLS").remedy("write http: or the port of https"), cause);
        }
        if (cause instanceof IOException) {
            return retryable(
                    operation, "a broken connection", "if it persists, check the server and the network", cause);
        }
        return new StoreAccessException(
                operation
                        .with("found", cause.getClass().getSimpleName())
                        .remedy("check that a web server serves this URI"),
                cause);
    }

    private static RetryableException retryable(
            FailureMessage operation, String found, String remedy, Throwable cause) {
        return new RetryableException(operation.with("found", found).remedy(remedy), cause);
    }

    private static boolean isCausedBy(@Nullable Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
