package dev.penstock.storage.web;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.store.ReadTarget;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/// One body on its way into a target; used by the event loop of its connection.
final class Pour {

    private final FailureMessage operation;
    private final ReadTarget target;
    private final long endBytes;
    private long positionBytes;

    /// @param positionBytes where in the target the body begins
    /// @param endBytes where in the target the body ends
    Pour(FailureMessage operation, ReadTarget target, long positionBytes, long endBytes) {
        this.operation = operation;
        this.target = target;
        this.positionBytes = positionBytes;
        this.endBytes = endBytes;
    }

    /// Copies what arrived, and returns whether the rest of the body is wanted, be it only for its end.
    boolean take(ByteBuf arrived) {
        if (arrived.readableBytes() > endBytes - positionBytes) {
            throw new RetryableException(
                    operation.with("found", "more bytes than the range has").remedy("if it persists, check the server"),
                    null);
        }
        boolean wanted = true;
        for (ByteBuffer piece : arrived.nioBuffers()) {
            int lengthBytes = piece.remaining();
            wanted = target.write(positionBytes, piece);
            positionBytes += lengthBytes;
        }
        return wanted || positionBytes == endBytes;
    }

    /// Refuses a body that ended before the range did.
    void requireEnd() {
        if (positionBytes < endBytes && target.wanted()) {
            throw new RetryableException(
                    operation
                            .with("found", "a body that ends " + (endBytes - positionBytes) + " bytes too early")
                            .remedy("if it persists, check the server"),
                    null);
        }
    }
}
