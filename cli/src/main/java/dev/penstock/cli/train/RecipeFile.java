package dev.penstock.cli.train;

import dev.penstock.cli.option.YamlFile;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The values of a recipe by name, complete, as text.
record RecipeFile(YamlFile yaml) {

    String text(String key) {
        return yaml.value(key).orElseThrow(() -> refused(key, "nothing", "state it"));
    }

    int wholeNumber(String key) {
        return number(key, Integer::valueOf);
    }

    <N extends Number> N number(String key, Function<String, N> parse) {
        String text = text(key);
        try {
            return parse.apply(text);
        } catch (NumberFormatException notANumber) {
            throw new ConfigurationException(message(key, text).remedy("write a number"), notANumber);
        }
    }

    /// The constant that a text names: in lower case, words joined by hyphens.
    <E extends Enum<E>> E constant(String key, E[] constants) {
        String text = text(key);
        return Arrays.stream(constants)
                .filter(constant -> text(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> refused(
                        key,
                        text,
                        "use " + Arrays.stream(constants).map(RecipeFile::text).collect(Collectors.joining(" or "))));
    }

    /// What a recipe calls a constant.
    static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    ConfigurationException refused(String key, Object value, String remedy) {
        return new ConfigurationException(message(key, value).remedy(remedy));
    }

    private FailureMessage message(String key, Object value) {
        return FailureMessage.of("recipe").with("file", yaml.source()).with(key, value);
    }
}
