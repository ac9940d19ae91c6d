package dev.penstock.storage.http;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.PrematureCloseException;

/// Turns the end of a connection into the failure that says what to do, the same for every store that speaks HTTP.
public final class ConnectionFailures {

    /// How the JDK begins its complaint that a certificate is for other hosts; it has no exception type.
    private static final String OTHER_HOSTS = "No (name matching|subject alternative).*";

    private ConnectionFailures() {}

    /// @param failure as [HttpFailures#asSeenByTheSdk] gives it
    /// @param trust how the user makes an authority trusted
    public static PenstockException of(FailureMessage operation, IOException failure, String trust) {
        return switch (failure) {
            case UnknownHostException _ ->
                retryable(operation, "no address for the host", "check the host name and the name servers", failure);
            case ProxyConnectException _ ->
                retryable(operation, "no way through the proxy", "check http_proxy and https_proxy", failure);
            case ConnectTimeoutException _ ->
                retryable(operation, "no connection in time", "check the host, the port and firewalls", failure);
            case ConnectException _ ->
                retryable(operation, "connection refused", "check the host and the port, and that it runs", failure);
            case SocketTimeoutException _ ->
                retryable(operation, "the server fell silent", "if it persists, check the server", failure);
            case PrematureCloseException _ ->
                retryable(
                        operation,
                        "the connection ended early",
                        "if it persists, check the server, and that the port speaks HTTP",
                        failure);
            case StreamCorruptedException _ ->
                retryable(
                        operation,
                        "a garbled body",
                        "if it persists, check the server and what lies before it",
                        failure);
            case ProtocolException _ ->
                refused(operation, "an answer that is not HTTP", "name the port of the HTTP server", failure);
            case NotSslRecordException _ ->
                refused(operation, "a server without TLS", "write http: or the port of https", failure);
            default -> ofOther(operation, failure, trust);
        };
    }

    private static PenstockException ofOther(FailureMessage operation, IOException failure, String trust) {
        if (cause(failure, CertificateExpiredException.class) != null
                || cause(failure, CertificateNotYetValidException.class) != null) {
            return refused(
                    operation,
                    "a certificate that is out of date",
                    "renew the server's certificate, or set this host's clock",
                    failure);
        }
        CertificateException certificate = cause(failure, CertificateException.class);
        if (certificate == null) {
            return retryable(
                    operation, "a broken connection", "if it persists, check the server and the network", failure);
        }
        if (certificate.getMessage() != null && certificate.getMessage().matches(OTHER_HOSTS)) {
            return refused(
                    operation,
                    "a certificate for another host",
                    "name the host as the certificate does, or give the server one for this name",
                    failure);
        }
        return refused(operation, "a certificate of an authority that is not trusted", trust, failure);
    }

    private static RetryableException retryable(
            FailureMessage operation, String found, String remedy, IOException failure) {
        return new RetryableException(operation.with("found", found).remedy(remedy), failure);
    }

    private static StoreAccessException refused(
            FailureMessage operation, String found, String remedy, IOException failure) {
        return new StoreAccessException(operation.with("found", found).remedy(remedy), failure);
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
