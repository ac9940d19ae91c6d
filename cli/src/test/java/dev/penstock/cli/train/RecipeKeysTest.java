package dev.penstock.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cli.option.YamlFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `docs/models.md` has every key that a recipe knows, with its default.
class RecipeKeysTest {

    private static final Path PAGE = Path.of("../docs/models.md");

    /// What the table says of a recipe's keys, those of others left out.
    private static Map<String, String> documented(BuiltInRecipe recipe) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.startsWith("| key "))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(line -> line.split(" *\\| *", -1))
                .filter(cells -> !cells[2 + recipe.ordinal()].equals("–"))
                .collect(Collectors.toMap(
                        cells -> cells[1].replace("`", ""), cells -> plain(cells[2 + recipe.ordinal()])));
    }

    /// A number in one of the ways that it may be written; another text as it is.
    private static String plain(String text) {
        try {
            return new BigDecimal(text).stripTrailingZeros().toPlainString();
        } catch (NumberFormatException word) {
            return text;
        }
    }

    @ParameterizedTest
    @EnumSource
    void thePageHasEveryKeyWithItsDefault(BuiltInRecipe recipe) throws IOException {
        YamlFile defaults = recipe.defaults();
        Map<String, String> known = recipe.keys().stream()
                .collect(Collectors.toMap(
                        key -> key, key -> plain(defaults.value(key).orElse(""))));

        assertThat(documented(recipe)).containsAllEntriesOf(known);
    }
}
