package dev.penstock.daemon.protocol;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The members of a request, taken one by one; what is left over is refused, so that a misspelt one is noticed.
final class Members {

    private final ObjectNode json;
    private final Set<String> taken = new HashSet<>();

    Members(ObjectNode json) {
        this.json = json;
    }

    /// A member as it is; null where it is missing or null.
    @Nullable
    JsonNode optional(String name) {
        taken.add(name);
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private JsonNode required(String name) {
        JsonNode value = optional(name);
        if (value == null) {
            throw refused(name, "nothing", "state it");
        }
        return value;
    }

    String text(String name) {
        return text(name, required(name));
    }

    String text(String name, String otherwise) {
        JsonNode value = optional(name);
        return value == null ? otherwise : text(name, value);
    }

    private static String text(String name, JsonNode value) {
        if (!value.isString() || value.stringValue().isBlank()) {
            throw refused(name, value, "it is a text");
        }
        return value.stringValue();
    }

    <E extends Enum<E>> E constant(String name, E otherwise, Class<E> type) {
        String text = text(name, otherwise.name().toLowerCase(Locale.ROOT));
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
                return constant;
            }
        }
        throw refused(name, text, "it is none of those there are");
    }

    /// A whole number that is not negative.
    long number(String name) {
        return number(name, required(name));
    }

    long number(String name, long otherwise, long least, long most) {
        JsonNode value = optional(name);
        long number = value == null ? otherwise : number(name, value);
        if (number < least || number > most) {
            throw refused(name, number, "it is from " + least + " to " + most);
        }
        return number;
    }

    static long number(String name, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw refused(name, value, "it is a whole number, not negative");
        }
        return value.longValue();
    }

    /// An object of texts, numbers and truth values, as texts, sorted; empty where there is none.
    TreeMap<String, String> texts(String name) {
        TreeMap<String, String> texts = new TreeMap<>();
        JsonNode value = optional(name);
        if (value == null) {
            return texts;
        }
        if (!(value instanceof ObjectNode object)) {
            throw refused(name, value, "it is an object");
        }
        object.forEachEntry((key, member) -> {
            if (!member.isString() && !member.isNumber() && !member.isBoolean()) {
                throw refused(name + "." + key, member, "it is a text, a number, true or false");
            }
            texts.put(key, member.asString());
        });
        return texts;
    }

    /// Fails where the request says something that was not asked for.
    void requireNoMore() {
        for (String name : json.propertyNames()) {
            if (!taken.contains(name)) {
                throw refused(name, json.get(name), "there is no such member; is it misspelt?");
            }
        }
    }

    static ConfigurationException refused(String name, Object found, String remedy) {
        return new ConfigurationException(FailureMessage.of("reading a request")
                .with("member", name)
                .with("found", found)
                .remedy(remedy));
    }
}
