package dev.penstock.error;

import org.jspecify.annotations.Nullable;

/// The text of a failure: `<what> failed: key=value, key=value; <remedy>`.
///
/// Immutable; each method returns a new message. Values are written with `toString()`, so never pass a credential.
public final class FailureMessage {

    private final String what;
    private final String details;
    private final @Nullable String remedy;

    private FailureMessage(String what, String details, @Nullable String remedy) {
        this.what = what;
        this.details = details;
        this.remedy = remedy;
    }

    /// Starts a message; `what` names the operation, as in "shard read".
    public static FailureMessage of(String what) {
        return new FailureMessage(what, "", null);
    }

    /// Adds one detail, in the order of the calls.
    public FailureMessage with(String key, @Nullable Object value) {
        String detail = key + "=" + value;
        return new FailureMessage(what, details.isEmpty() ? detail : details + ", " + detail, remedy);
    }

    /// Says what the reader can do about it.
    public FailureMessage remedy(String text) {
        return new FailureMessage(what, details, text);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(what).append(" failed");
        if (!details.isEmpty()) {
            text.append(": ").append(details);
        }
        if (remedy != null) {
            text.append("; ").append(remedy);
        }
        return text.toString();
    }
}
