package dev.penstock.cli.option;

import dev.penstock.balance.AttentionWork;
import dev.penstock.balance.CostModel;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A YAML file that says what a sample of length L costs, in one of two ways.
///
/// ```
/// alpha: 12             the coefficients of alpha·L + beta·L² + gamma, whole numbers;
/// beta: 3               one that is left out is 0
/// gamma: 0
///
/// layers: 24            or the shape of a transformer
/// hidden: 2048
/// vocabulary: 50257     0, the default, for a model without output layer
/// scores: causal-half   or full
/// ```
public final class CostFile {

    private static final String ALPHA = "alpha";
    private static final String BETA = "beta";
    private static final String GAMMA = "gamma";
    private static final String LAYERS = "layers";
    private static final String HIDDEN = "hidden";
    private static final String VOCABULARY = "vocabulary";
    private static final String SCORES = "scores";

    private static final List<String> COEFFICIENTS = List.of(ALPHA, BETA, GAMMA);
    private static final List<String> SHAPE = List.of(LAYERS, HIDDEN, VOCABULARY, SCORES);
    private static final List<String> KEYS = List.of(ALPHA, BETA, GAMMA, LAYERS, HIDDEN, VOCABULARY, SCORES);

    private final YamlFile yaml;

    private CostFile(YamlFile yaml) {
        this.yaml = yaml;
    }

    /// The file that says what a model does.
    public static String text(CostModel model) {
        return "%s: %d\n%s: %d\n%s: %d\n"
                .formatted(ALPHA, model.perToken(), BETA, model.perTokenSquared(), GAMMA, model.perSample());
    }

    static CostModel read(Path file) {
        return new CostFile(YamlFile.read(file, KEYS)).model();
    }

    private CostModel model() {
        boolean coefficients = COEFFICIENTS.stream().anyMatch(yaml.values()::containsKey);
        boolean shape = SHAPE.stream().anyMatch(yaml.values()::containsKey);
        if (coefficients == shape) {
            throw new ConfigurationException(FailureMessage.of("cost file")
                    .with("file", yaml.source())
                    .with("keys", String.join(" ", yaml.values().keySet()))
                    .remedy("give alpha, beta and gamma, or layers, hidden, vocabulary and scores"));
        }
        return coefficients
                ? new CostModel(number(ALPHA, 0), number(BETA, 0), number(GAMMA, 0))
                : CostModel.attention(
                        Math.toIntExact(number(LAYERS, 0)),
                        Math.toIntExact(number(HIDDEN, 0)),
                        Math.toIntExact(number(VOCABULARY, 0)),
                        scores());
    }

    private long number(String key, long unstated) {
        String text = yaml.value(key).orElse(Long.toString(unstated));
        long limit = COEFFICIENTS.contains(key) ? Long.MAX_VALUE : Integer.MAX_VALUE;
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= limit) {
                return number;
            }
            throw refused(key, text, limit, null);
        } catch (NumberFormatException notANumber) {
            throw refused(key, text, limit, notANumber);
        }
    }

    private ConfigurationException refused(String key, String text, long limit, @Nullable Throwable cause) {
        return new ConfigurationException(
                FailureMessage.of("cost file")
                        .with("file", yaml.source())
                        .with(key, text)
                        .remedy("write a whole number from 0 to " + limit),
                cause);
    }

    private AttentionWork scores() {
        String text = yaml.value(SCORES).orElse("causal-half");
        return switch (text) {
            case "causal-half" -> AttentionWork.CAUSAL_HALF;
            case "full" -> AttentionWork.FULL;
            default ->
                throw new ConfigurationException(FailureMessage.of("cost file")
                        .with("file", yaml.source())
                        .with(SCORES, text)
                        .remedy("use causal-half or full"));
        };
    }
}
