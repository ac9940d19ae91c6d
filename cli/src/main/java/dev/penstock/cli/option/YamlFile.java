package dev.penstock.cli.option;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// A YAML file of scalars by name, as text: what each one means is for its reader to parse.
///
/// @param source for messages
/// @param values in the order of the file
public record YamlFile(String source, Map<String, String> values) {

    /// Reads a file that may hold the known names and no others.
    public static YamlFile read(Path file, Collection<String> known) {
        try {
            return parse(file.toString(), Files.readString(file), known);
        } catch (IOException unreadable) {
            throw new StoreAccessException(
                    FailureMessage.of("reading a YAML file").with("file", file).with("found", unreadable), unreadable);
        }
    }

    /// Parses the content of a file.
    public static YamlFile parse(String source, String yaml, Collection<String> known) {
        Object document;
        try {
            LoadSettings settings = LoadSettings.builder().setLabel(source).build();
            document = new Load(settings).loadFromString(yaml);
        } catch (YamlEngineException malformed) {
            String found = String.valueOf(malformed.getMessage())
                    .lines()
                    .map(String::strip)
                    .reduce("", (a, b) -> a + " " + b);
            throw refused(source, "found", found.strip(), "mend the YAML");
        }
        if (document == null) {
            return new YamlFile(source, Map.of());
        }
        if (!(document instanceof Map<?, ?> map)) {
            throw refused(source, "found", document.getClass().getSimpleName(), "write one 'name: value' per line");
        }
        Map<String, String> values = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            requireKnown(source, name, known);
            if (value == null || value instanceof Map || value instanceof Collection) {
                throw refused(source, name, value, "give it a single value");
            }
            values.put(name, value.toString());
        });
        return new YamlFile(source, values);
    }

    private static void requireKnown(String source, String name, Collection<String> known) {
        if (!known.contains(name)) {
            String nearest = known.stream()
                    .min(Comparator.comparingInt((String other) -> EditDistance.between(name, other))
                            .thenComparing(Comparator.naturalOrder()))
                    .orElseThrow();
            throw refused(source, "unknown", name, "did you mean '" + nearest + "'?");
        }
    }

    private static ConfigurationException refused(String source, String key, Object value, String remedy) {
        return new ConfigurationException(FailureMessage.of("reading a YAML file")
                .with("file", source)
                .with(key, value)
                .remedy(remedy));
    }

    public Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name));
    }
}
