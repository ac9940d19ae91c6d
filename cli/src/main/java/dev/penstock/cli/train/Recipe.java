package dev.penstock.cli.train;

import dev.penstock.balance.AttentionWork;
import dev.penstock.balance.CostModel;
import dev.penstock.cli.option.YamlFile;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.model.TransformerShape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// What is trained and how: model, batch, length of the run, optimiser.
///
/// @param batch samples in a global batch, where no option says otherwise
/// @param steps of the run, likewise
public record Recipe(TransformerShape shape, int batch, long steps, Optimization optimization) {

    /// The recipe that is built in, from whose values a file may differ.
    public static final String BUILT_IN = "byte-lm";

    /// Classes of the output layer.
    private static final int BYTE_VALUES = 256;

    private static final String LAYERS = "layers";
    private static final String WIDTH = "width";
    private static final String HEADS = "heads";
    private static final String MAX_SAMPLE_BYTES = "max-sample-bytes";
    private static final String BATCH = "batch";
    private static final String STEPS = "steps";

    private static final List<String> KEYS = Stream.concat(
                    Stream.of(LAYERS, WIDTH, HEADS, MAX_SAMPLE_BYTES, BATCH, STEPS), Optimization.KEYS.stream())
            .toList();

    public Recipe {
        require(batch >= 1, BATCH, batch, "must be at least 1");
        require(steps >= 1, STEPS, steps, "must be at least 1");
    }

    static void require(boolean holds, String key, Object value, String remedy) {
        if (!holds) {
            throw new ConfigurationException(
                    FailureMessage.of("recipe").with(key, value).remedy(remedy));
        }
    }

    /// The recipe of a built-in name or a YAML file; what the file leaves out is as in the built-in one.
    public static Recipe find(String nameOrFile) {
        return find(nameOrFile, Map.of());
    }

    /// The same, with other values for some of its keys.
    public static Recipe find(String nameOrFile, Map<String, String> stated) {
        YamlFile found = read(nameOrFile);
        Map<String, String> merged = new LinkedHashMap<>(found.values());
        merged.putAll(stated);
        return of(new YamlFile(found.source(), merged));
    }

    private static YamlFile read(String nameOrFile) {
        YamlFile builtIn = YamlFile.parse(BUILT_IN, builtInText(), KEYS);
        if (nameOrFile.equals(BUILT_IN)) {
            return builtIn;
        }
        Path file = Path.of(nameOrFile);
        if (!Files.exists(file)) {
            throw new ConfigurationException(FailureMessage.of("recipe")
                    .with("recipe", nameOrFile)
                    .with("known", BUILT_IN)
                    .remedy("name a built-in recipe or a YAML file that exists"));
        }
        YamlFile stated = YamlFile.read(file, KEYS);
        Map<String, String> merged = new LinkedHashMap<>(builtIn.values());
        merged.putAll(stated.values());
        return new YamlFile(stated.source(), merged);
    }

    private static String builtInText() {
        String name = BUILT_IN + ".yaml";
        try (InputStream resource = Recipe.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("the class path lacks the recipe " + name);
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Recipe of(YamlFile yaml) {
        return new Recipe(
                new TransformerShape(
                        number(yaml, LAYERS, Integer::valueOf),
                        number(yaml, WIDTH, Integer::valueOf),
                        number(yaml, HEADS, Integer::valueOf),
                        number(yaml, MAX_SAMPLE_BYTES, Integer::valueOf)),
                number(yaml, BATCH, Integer::valueOf),
                number(yaml, STEPS, Long::valueOf),
                Optimization.of(yaml));
    }

    static <N extends Number> N number(YamlFile yaml, String key, Function<String, N> parse) {
        String text = yaml.value(key).orElseThrow();
        try {
            return parse.apply(text);
        } catch (NumberFormatException notANumber) {
            throw new ConfigurationException(
                    FailureMessage.of("recipe")
                            .with("file", yaml.source())
                            .with(key, text)
                            .remedy("write a number"),
                    notANumber);
        }
    }

    /// What a sample costs this model.
    public CostModel costModel() {
        return CostModel.attention(shape.layers(), shape.width(), BYTE_VALUES, AttentionWork.CAUSAL_HALF);
    }
}
