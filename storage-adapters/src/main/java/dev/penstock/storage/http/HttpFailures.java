package dev.penstock.storage.http;

import io.netty.handler.timeout.TimeoutException;
import java.io.IOException;
import java.net.SocketTimeoutException;

/// Netty's failures as the SDK tells them apart: what a retry may mend is an [IOException].
final class HttpFailures {

    private HttpFailures() {}

    static Throwable asSeenByTheSdk(Throwable failure) {
        if (failure instanceof TimeoutException) {
            SocketTimeoutException timeout = new SocketTimeoutException("the server sent or took nothing for too long");
            timeout.initCause(failure);
            return timeout;
        }
        if (failure instanceof RuntimeException && failure.getCause() instanceof IOException cause) {
            return cause;
        }
        return failure;
    }
}
