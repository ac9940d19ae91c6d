package dev.penstock.fetch;

import dev.penstock.store.ReadTarget;
import dev.penstock.tier.Deadline;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/// One read of a test: subscribed at once, and how it ended.
final class Outcome {

    final byte[] memory = new byte[ScriptedStore.RANGE_BYTES];

    @Nullable Throwable failure;

    boolean completed;
    private final RangeRequest request;
    private final Disposable subscription;

    private Outcome(RangeSource source, String key, Deadline deadline) {
        this.request = ScriptedStore.request(key, deadline, memory);
        this.subscription = source.read(request).subscribe(ignored -> {}, f -> failure = f, () -> completed = true);
    }

    static Outcome of(RangeSource source, String key, Deadline deadline) {
        return new Outcome(source, key, deadline);
    }

    boolean ended() {
        return completed || failure != null;
    }

    void cancel() {
        subscription.dispose();
    }

    ReadTarget target() {
        return request.target();
    }

    /// Whether the memory has what the store has.
    boolean holdsTheObject() {
        return Arrays.equals(memory, ScriptedStore.bytes(request.object().key(), 0, memory.length));
    }
}
