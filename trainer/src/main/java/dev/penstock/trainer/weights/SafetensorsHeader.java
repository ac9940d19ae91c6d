package dev.penstock.trainer.weights;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a safetensors file holds, and where: its JSON header.
///
/// ```
/// {"weight":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]}, ..., "__metadata__":{"key":"text"}}
/// ```
///
/// @param entries in the order of their bytes
record SafetensorsHeader(List<Entry> entries) {

    private static final String METADATA = "__metadata__";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /// One tensor; its bytes are `[begin, end)`, counted from the end of the header.
    record Entry(String name, WeightType type, List<Long> shape, long begin, long end) {

        long[] dimensions() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }
    }

    SafetensorsHeader {
        entries = List.copyOf(entries);
    }

    byte[] toJson() {
        Map<String, Object> tensors = new LinkedHashMap<>();
        for (Entry entry : entries) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("dtype", entry.type().safetensorsName());
            fields.put("shape", entry.shape());
            fields.put("data_offsets", List.of(entry.begin(), entry.end()));
            tensors.put(entry.name(), fields);
        }
        return JSON.writeValueAsBytes(tensors);
    }

    /// Parses a header, and makes sure that its tensors fill the data without a gap or an overlap.
    ///
    /// @param file for messages
    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
        JsonNode root;
        try {
            root = JSON.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (JacksonException malformed) {
            throw corrupt(file, "a JSON header", malformed.getOriginalMessage());
        }
        if (!root.isObject()) {
            throw corrupt(file, "a JSON object", root.getNodeType());
        }
        List<Entry> entries = new ArrayList<>();
        root.properties().forEach(field -> {
            if (!field.getKey().equals(METADATA)) {
                entries.add(entry(file, field.getKey(), field.getValue()));
            }
        });
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long next = 0;
        for (Entry entry : entries) {
            if (entry.begin() != next) {
                throw corrupt(file, entry.name() + " to begin at " + next, entry.begin());
            }
            next = entry.end();
        }
        if (next != dataBytes) {
            throw corrupt(file, next + " bytes of data", dataBytes);
        }
        return new SafetensorsHeader(entries);
    }

    private static Entry entry(Path file, String name, JsonNode fields) {
        String dtype = fields.path("dtype").asString("none");
        WeightType type = WeightType.named(dtype).orElseThrow(() -> corrupt(file, "a known dtype of " + name, dtype));
        List<Long> shape = numbers(file, name, fields.path("shape"));
        List<Long> offsets = numbers(file, name, fields.path("data_offsets"));
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw corrupt(file, "data_offsets [begin, end] of " + name, offsets);
        }
        Entry entry = new Entry(name, type, shape, offsets.get(0), offsets.get(1));
        requireSize(file, entry);
        return entry;
    }

    private static void requireSize(Path file, Entry entry) {
        long bytes;
        try {
            bytes = entry.shape().stream().reduce((long) entry.type().widthBytes(), Math::multiplyExact);
        } catch (ArithmeticException overflow) {
            throw corrupt(file, "a shape of " + entry.name() + " that can be counted", entry.shape());
        }
        if (entry.end() - entry.begin() != bytes) {
            throw corrupt(file, bytes + " bytes of " + entry.name(), entry.end() - entry.begin());
        }
    }

    private static List<Long> numbers(Path file, String name, JsonNode array) {
        if (!array.isArray()) {
            throw corrupt(file, "an array in " + name, array.getNodeType());
        }
        List<Long> numbers = new ArrayList<>();
        for (JsonNode number : array) {
            if (!number.isIntegralNumber() || !number.canConvertToLong() || number.asLong() < 0) {
                throw corrupt(file, "whole numbers from 0 in " + name, number);
            }
            numbers.add(number.asLong());
        }
        return numbers;
    }

    static CorruptDataException corrupt(Path file, Object expected, Object found) {
        return new CorruptDataException(FailureMessage.of("reading safetensors")
                .with("file", file)
                .with("expected", expected)
                .with("found", found)
                .remedy("write the file again from its source"));
    }
}
