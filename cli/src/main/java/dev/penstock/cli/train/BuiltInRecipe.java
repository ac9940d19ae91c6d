package dev.penstock.cli.train;

import dev.penstock.cli.option.YamlFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The recipes that need no file; one for each kind of model.
enum BuiltInRecipe {
    BYTE_LM("byte-lm"),
    SERIES("series"),
    MODULE("module");

    private final String title;

    BuiltInRecipe(String title) {
        this.title = title;
    }

    static Optional<BuiltInRecipe> named(String title) {
        return Arrays.stream(values())
                .filter(recipe -> recipe.title.equals(title))
                .findFirst();
    }

    /// The names of all, for messages.
    static String titles() {
        return Stream.of(values())
                .map(BuiltInRecipe::title)
                .reduce((a, b) -> a + " " + b)
                .orElseThrow();
    }

    String title() {
        return title;
    }

    /// What a file that is based on this one may state.
    List<String> keys() {
        List<String> modelKeys = switch (this) {
            case BYTE_LM -> ByteModelRecipe.KEYS;
            case SERIES -> SeriesModelRecipe.KEYS;
            case MODULE -> ModuleRecipe.KEYS;
        };
        return Stream.concat(modelKeys.stream(), Recipe.COMMON_KEYS.stream()).toList();
    }

    ModelRecipe model(RecipeFile values) {
        return switch (this) {
            case BYTE_LM -> ByteModelRecipe.of(values);
            case SERIES -> SeriesModelRecipe.of(values);
            case MODULE -> ModuleRecipe.of(values);
        };
    }

    /// Its own values, from which a file may differ.
    YamlFile defaults() {
        String name = title + ".yaml";
        try (InputStream resource = BuiltInRecipe.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("the class path lacks the recipe " + name);
            }
            return YamlFile.parse(title, new String(resource.readAllBytes(), StandardCharsets.UTF_8), keys());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
