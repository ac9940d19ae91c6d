package dev.penstock.fetch;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import dev.penstock.tier.Deadline;

/// One range of an object that is wanted in memory.
///
/// @param object the state of the object that is wanted
/// @param offsetBytes where in the object the target's first byte lies
/// @param target the memory, and how much of it is missing still
/// @param deadline when the bytes are needed
/// @param number of the read among all of its origin, in the order they came; kept by its retries and hedges
/// @param onSent called when the request leaves for the store, after it has waited for its turn
record RangeRequest(
        ObjectMetadata object, long offsetBytes, ReadTarget target, Deadline deadline, long number, Runnable onSent) {

    RangeRequest(ObjectMetadata object, long offsetBytes, ReadTarget target, Deadline deadline) {
        this(object, offsetBytes, target, deadline, 0, () -> {});
    }

    RangeRequest withNumber(long value) {
        return new RangeRequest(object, offsetBytes, target, deadline, value, onSent);
    }

    RangeRequest withOnSent(Runnable callback) {
        return new RangeRequest(object, offsetBytes, target, deadline, number, callback);
    }

    /// The key up to its last `/`, by which stores count requests.
    String prefix() {
        String key = object.key();
        return key.substring(0, key.lastIndexOf('/') + 1);
    }

    long missingBytes() {
        return target.sizeBytes() - target.filledBytes();
    }
}
