package dev.penstock.storage.http;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.TimeoutException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;

/// Netty's failures as the SDK tells them apart: what became of a connection is an [IOException].
public final class HttpFailures {

    private HttpFailures() {}

    public static Throwable asSeenByTheSdk(Throwable failure) {
        return switch (failure) {
            case TimeoutException _ -> {
                SocketTimeoutException timeout =
                        new SocketTimeoutException("the server sent or took nothing for too long");
                timeout.initCause(failure);
                yield timeout;
            }
            case RuntimeException wrapper when wrapper.getCause() instanceof IOException cause -> cause;
            // Netty's decoder of HTTP throws both; its text repeats what the server sent.
            case DecoderException _, IllegalArgumentException _ -> new ProtocolException("the answer is not HTTP");
            default -> failure;
        };
    }

    /// The same for a failure after the head of an answer: that the server speaks HTTP is known by then, so a body that
    /// does not is one that was damaged on its way.
    public static Throwable inBodyAsSeenByTheSdk(Throwable failure) {
        Throwable seen = asSeenByTheSdk(failure);
        return seen instanceof ProtocolException ? new StreamCorruptedException("the body is garbled") : seen;
    }
}
