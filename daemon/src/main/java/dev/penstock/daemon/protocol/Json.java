package dev.penstock.daemon.protocol;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The JSON of the protocol: one object in a body, and nothing after it.
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /// Reads an object; anything else is malformed.
    public static ObjectNode parse(byte[] body) throws MalformedFrameException {
        JsonNode json;
        try {
            json = MAPPER.readTree(body);
        } catch (JacksonException malformed) {
            throw new MalformedFrameException("JSON that cannot be read: " + malformed.getOriginalMessage(), malformed);
        }
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new MalformedFrameException("JSON that is not an object");
    }

    public static byte[] bytes(JsonNode json) {
        return MAPPER.writeValueAsBytes(json);
    }

    /// The JSON of a record.
    public static JsonNode of(Object value) {
        return MAPPER.valueToTree(value);
    }

    /// A record from its JSON; fails with the library's exception where it does not fit.
    public static <T> T read(JsonNode json, Class<T> type) {
        return MAPPER.treeToValue(json, type);
    }
}
