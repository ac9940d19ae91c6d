package dev.penstock.cli.option;

import dev.penstock.balance.AttentionWork;
import dev.penstock.balance.CostModel;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What a sample is taken to cost; `toString()` is the text that [#parse] reads.
public sealed interface CostUnit {

    /// The coefficients of a model as [#parse] reads them: those of a length, of its square, and of a sample.
    static String text(CostModel model) {
        return model.perToken() + "," + model.perTokenSquared() + "," + model.perSample();
    }

    /// Reads `tokens`, `attention`, coefficients such as `12,3,0`, or the path of a [CostFile].
    static CostUnit parse(String text) {
        return switch (text) {
            case "tokens" -> new Tokens();
            case "attention" -> new Attention();
            default -> {
                if (text.matches("\\d{1,18},\\d{1,18},\\d{1,18}")) {
                    long[] numbers = Stream.of(text.split(","))
                            .mapToLong(Long::parseLong)
                            .toArray();
                    yield new Stated(text, new CostModel(numbers[0], numbers[1], numbers[2]));
                }
                if (!Files.isRegularFile(Path.of(text))) {
                    throw new ConfigurationException(FailureMessage.of("cost option")
                            .with("value", text)
                            .remedy("use tokens, attention, coefficients such as 12,3,0, or a YAML file that exists"));
                }
                yield new Stated(text, CostFile.read(Path.of(text)));
            }
        };
    }

    /// The attention model where no model is trained: GPT-2's smallest shape, the usual yardstick.
    static CostModel typicalAttention() {
        return CostModel.attention(12, 768, 50_257, AttentionWork.CAUSAL_HALF);
    }

    /// @param attention what [Attention] stands for
    default CostModel model(CostModel attention) {
        return switch (this) {
            case Tokens() -> CostModel.tokens();
            case Attention() -> attention;
            case Stated(String _, CostModel model) -> model;
        };
    }

    /// Its length.
    record Tokens() implements CostUnit {
        @Override
        public String toString() {
            return "tokens";
        }
    }

    /// The work of a causal transformer over it, which grows with the square of the length.
    record Attention() implements CostUnit {
        @Override
        public String toString() {
            return "attention";
        }
    }

    /// What coefficients or a file say.
    record Stated(String text, CostModel model) implements CostUnit {
        @Override
        public String toString() {
            return text;
        }
    }
}
