package dev.penstock.cli.train;

import dev.penstock.cli.option.Balance;
import dev.penstock.cli.option.YamlFile;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// What is trained and how: model, batch, length of the run, optimiser.
///
/// @param batch samples in a global batch, where no option says otherwise
/// @param steps of the run, likewise
/// @param values of its keys, as stated or by default
public record Recipe(
        ModelRecipe model, int batch, long steps, Optimization optimization, SequencedMap<String, String> values) {

    /// The recipe of the demo.
    public static final String BYTE_LM = "byte-lm";

    /// In a file, the built-in recipe that it is based on.
    private static final String BASE = "recipe";

    private static final String BATCH = "batch";
    private static final String STEPS = "steps";

    /// What every recipe states beside its model.
    static final List<String> COMMON_KEYS = Stream.concat(Stream.of(BASE, BATCH, STEPS), Optimization.KEYS.stream())
            .toList();

    public Recipe {
        require(batch >= 1, BATCH, batch, "must be at least 1");
        require(steps >= 1, STEPS, steps, "must be at least 1");
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    static void require(boolean holds, String key, Object value, String remedy) {
        if (!holds) {
            throw new ConfigurationException(
                    FailureMessage.of("recipe").with(key, value).remedy(remedy));
        }
    }

    /// The recipe of a built-in name or a YAML file. A file says with `recipe` which built-in one it is based on,
    /// byte-lm where it does not, and what it leaves out is as there.
    ///
    /// @param module file of a TorchScript module to train
    /// @param stated values of its keys that come before those of the file
    public static Recipe find(String nameOrFile, Optional<Path> module, Map<String, String> stated) {
        BuiltInRecipe base = BuiltInRecipe.named(nameOrFile).orElseGet(() -> baseOf(nameOrFile));
        Map<String, String> values = new LinkedHashMap<>(base.defaults().values());
        if (!nameOrFile.equals(base.title())) {
            values.putAll(YamlFile.read(Path.of(nameOrFile), base.keys()).values());
        }
        module.ifPresent(file -> {
            require(base == BuiltInRecipe.MODULE, "model", file, "--model needs the recipe module, or one based on it");
            values.put(ModuleRecipe.MODEL, file.toString());
        });
        values.putAll(stated);
        return of(base, new RecipeFile(new YamlFile(nameOrFile, values)));
    }

    /// The recipe of a built-in name or a YAML file, as it is.
    public static Recipe find(String nameOrFile) {
        return find(nameOrFile, Optional.empty(), Map.of());
    }

    private static BuiltInRecipe baseOf(String nameOrFile) {
        Path file = Path.of(nameOrFile);
        if (!Files.exists(file)) {
            throw new ConfigurationException(FailureMessage.of("recipe")
                    .with("recipe", nameOrFile)
                    .with("known", BuiltInRecipe.titles())
                    .remedy("name a built-in recipe or a YAML file that exists"));
        }
        List<String> anyKey = Stream.of(BuiltInRecipe.values())
                .flatMap(recipe -> recipe.keys().stream())
                .distinct()
                .toList();
        String title = YamlFile.read(file, anyKey).value(BASE).orElse(BYTE_LM);
        return BuiltInRecipe.named(title)
                .orElseThrow(() -> new ConfigurationException(FailureMessage.of("recipe")
                        .with("file", file)
                        .with(BASE, title)
                        .with("known", BuiltInRecipe.titles())
                        .remedy("base it on one of these")));
    }

    private static Recipe of(BuiltInRecipe base, RecipeFile file) {
        return new Recipe(
                base.model(file),
                file.wholeNumber(BATCH),
                file.number(STEPS, Long::valueOf),
                Optimization.of(file),
                new LinkedHashMap<>(file.yaml().values()));
    }

    /// Fails when it cannot be trained to the bit that it promises.
    public void requireFits(Balance balance) {
        optimization.arithmetic().requireFits(balance);
    }

    /// Text that only equal recipes share; a run that is continued must have its own again.
    String digest() {
        return "model=" + model.digest() + " batch=" + batch + " " + optimization.digest();
    }
}
