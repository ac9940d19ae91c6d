package dev.penstock.cli.train;

import dev.penstock.balance.AttentionWork;
import dev.penstock.balance.CostModel;
import dev.penstock.cli.option.YamlFile;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.model.TransformerShape;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Cosine;
import dev.penstock.trainer.optimize.LinearWarmUp;
import dev.penstock.trainer.optimize.Schedule;
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

/// What is trained and how: model, batch, length of the run, optimiser.
///
/// @param batch samples in a global batch, where no option says otherwise
/// @param steps of the run, likewise
/// @param peakRate highest learning rate
/// @param warmUpShare part of the steps until the peak is reached
/// @param finalShare last rate over the peak
/// @param maxGradientNorm longer gradients are shortened to it
public record Recipe(
        TransformerShape shape,
        int batch,
        long steps,
        double peakRate,
        double warmUpShare,
        double finalShare,
        double weightDecay,
        double maxGradientNorm) {

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
    private static final String PEAK_RATE = "peak-rate";
    private static final String WARM_UP_SHARE = "warm-up-share";
    private static final String FINAL_SHARE = "final-share";
    private static final String WEIGHT_DECAY = "weight-decay";
    private static final String MAX_GRADIENT_NORM = "max-gradient-norm";

    private static final List<String> KEYS = List.of(
            LAYERS,
            WIDTH,
            HEADS,
            MAX_SAMPLE_BYTES,
            BATCH,
            STEPS,
            PEAK_RATE,
            WARM_UP_SHARE,
            FINAL_SHARE,
            WEIGHT_DECAY,
            MAX_GRADIENT_NORM);

    public Recipe {
        require(batch >= 1, BATCH, batch, "must be at least 1");
        require(steps >= 1, STEPS, steps, "must be at least 1");
        require(peakRate > 0 && Double.isFinite(peakRate), PEAK_RATE, peakRate, "must be above 0");
        require(warmUpShare >= 0 && warmUpShare < 1, WARM_UP_SHARE, warmUpShare, "must be in [0, 1)");
        require(finalShare >= 0 && finalShare <= 1, FINAL_SHARE, finalShare, "must be in [0, 1]");
        require(weightDecay >= 0 && Double.isFinite(weightDecay), WEIGHT_DECAY, weightDecay, "must be at least 0");
        require(maxGradientNorm > 0, MAX_GRADIENT_NORM, maxGradientNorm, "must be above 0");
    }

    private static void require(boolean holds, String key, Object value, String remedy) {
        if (!holds) {
            throw new ConfigurationException(
                    FailureMessage.of("recipe").with(key, value).remedy(remedy));
        }
    }

    /// The recipe of a built-in name or a YAML file; what the file leaves out is as in the built-in one.
    public static Recipe find(String nameOrFile) {
        YamlFile builtIn = YamlFile.parse(BUILT_IN, builtInText(), KEYS);
        if (nameOrFile.equals(BUILT_IN)) {
            return of(builtIn);
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
        return of(new YamlFile(stated.source(), merged));
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
                number(yaml, PEAK_RATE, Double::valueOf),
                number(yaml, WARM_UP_SHARE, Double::valueOf),
                number(yaml, FINAL_SHARE, Double::valueOf),
                number(yaml, WEIGHT_DECAY, Double::valueOf),
                number(yaml, MAX_GRADIENT_NORM, Double::valueOf));
    }

    private static <N extends Number> N number(YamlFile yaml, String key, Function<String, N> parse) {
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

    Schedule schedule(long totalSteps) {
        long warmUp = (long) (warmUpShare * totalSteps);
        return LinearWarmUp.fromZero(warmUp, new Cosine(peakRate, totalSteps - warmUp, finalShare));
    }

    AdamWSettings optimizer() {
        AdamWSettings defaults = AdamWSettings.defaults();
        return new AdamWSettings(defaults.firstDecay(), defaults.secondDecay(), defaults.epsilon(), weightDecay);
    }
}
