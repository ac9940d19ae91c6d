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
/// @param onSent called when the request leaves for the store, after it has waited for its turn
record RangeRequest(ObjectMetadata object, long offsetBytes, ReadTarget target, Deadline deadline, Runnable onSent) {

    RangeRequest(ObjectMetadata object, long offsetBytes, ReadTarget target, Deadline deadline) {
        this(object, offsetBytes, target, deadline, () -> {});
    }

    RangeRequest withOnSent(Runnable callback) {
        return new RangeRequest(object, offsetBytes, target, deadline, callback);
    }

    long missingBytes() {
        return target.sizeBytes() - target.filledBytes();
    }
}
