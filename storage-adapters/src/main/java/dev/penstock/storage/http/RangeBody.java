package dev.penstock.storage.http;

import dev.penstock.error.RetryableException;
import dev.penstock.error.WrongAnswerException;
import dev.penstock.store.ReadTarget;
import java.nio.ByteBuffer;

/// One body on its way into a target. Not thread-safe: a body arrives on one thread at a time.
public final class RangeBody {

    private final RangeGet get;
    private final ReadTarget target;
    private final long endBytes;
    private final long beginBytes;
    private long positionBytes;

    /// @param positionBytes where in the target the body begins
    /// @param endBytes where in the target the body ends
    RangeBody(RangeGet get, ReadTarget target, long positionBytes, long endBytes) {
        this.get = get;
        this.target = target;
        this.beginBytes = positionBytes;
        this.positionBytes = positionBytes;
        this.endBytes = endBytes;
    }

    /// Copies what arrived, and returns whether the rest of the body is wanted, be it only for its end.
    public boolean take(ByteBuffer arrived) {
        int lengthBytes = arrived.remaining();
        if (lengthBytes > endBytes - positionBytes) {
            throw new WrongAnswerException(get.misanswered("more bytes than that"));
        }
        boolean wanted = target.write(positionBytes, arrived);
        positionBytes += lengthBytes;
        return wanted || positionBytes == endBytes;
    }

    /// Refuses a body that ended before the range did, be it that the server said so.
    public void requireEnd() {
        if (positionBytes == endBytes && target.wanted()) {
            throw new RetryableException(
                    get.operation()
                            .with("found", "its first " + (endBytes - beginBytes) + " bytes alone")
                            .remedy(
                                    "if it is slow, lift the limit on the length of ranges that a cache or the server has"),
                    null);
        }
        if (positionBytes < endBytes && target.wanted()) {
            throw new RetryableException(
                    get.operation()
                            .with("found", "a body that ends " + (endBytes - positionBytes) + " bytes too early")
                            .remedy("if it persists, check the server"),
                    null);
        }
    }
}
