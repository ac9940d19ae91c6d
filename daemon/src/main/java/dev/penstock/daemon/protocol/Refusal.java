package dev.penstock.daemon.protocol;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Why the daemon did not do something: what REFUSED, FAILED, GOODBYE and the error of a REPLY hold.
///
/// @param message one line, also where it repeats what a client sent: control characters are written as escapes
public record Refusal(FailureKind kind, String message) {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    public Refusal {
        message = CONTROL.matcher(message)
                .replaceAll(found ->
                        "\\\\u" + HexFormat.of().toHexDigits(found.group().charAt(0)));
    }

    public static Refusal of(Throwable failure) {
        FailureKind kind = FailureKind.of(failure);
        String text = kind == FailureKind.INTERNAL ? failure.toString() : String.valueOf(failure.getMessage());
        return new Refusal(kind, text);
    }

    public static Refusal parse(JsonNode json) {
        return new Refusal(
                FailureKind.parse(json.path("kind").asString("")),
                json.path("message").asString("without a reason"));
    }

    public ObjectNode toJson() {
        return Json.object().put("kind", kind.toString()).put("message", message);
    }

    /// What a client throws.
    ///
    /// @param what the client was doing
    public PenstockException exception(String what) {
        return kind.exception(FailureMessage.of(what).with("reason", message));
    }
}
