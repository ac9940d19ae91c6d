package dev.penstock.cli.train;

import dev.penstock.cli.option.YamlFile;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.function.Function;

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

    ConfigurationException refused(String key, Object value, String remedy) {
        return new ConfigurationException(message(key, value).remedy(remedy));
    }

    private FailureMessage message(String key, Object value) {
        return FailureMessage.of("recipe").with("file", yaml.source()).with(key, value);
    }
}
