package dev.penstock.order;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import org.jspecify.annotations.Nullable;

/// How far samples of an epoch are mixed; `toString()` is the text that [#parse] reads.
public sealed interface Shuffle {

    /// Reads `none`, `full` or `k=N`.
    static Shuffle parse(String text) {
        return switch (text) {
            case "none" -> new None();
            case "full" -> new Full();
            default -> new OpenShards(parseOpenShards(text));
        };
    }

    private static int parseOpenShards(String text) {
        if (!text.startsWith("k=")) {
            throw unknown(text, null);
        }
        try {
            return Integer.parseInt(text, 2, text.length(), 10);
        } catch (NumberFormatException e) {
            throw unknown(text, e);
        }
    }

    private static ConfigurationException unknown(String text, @Nullable Throwable cause) {
        return new ConfigurationException(
                FailureMessage.of("shuffle option").with("value", text).remedy("use none, full or k=N, as in k=8"),
                cause);
    }

    /// Samples in the order in which they are stored.
    record None() implements Shuffle {
        @Override
        public String toString() {
            return "none";
        }
    }

    /// Every order of all samples; a batch may touch as many shards as it has samples.
    record Full() implements Shuffle {
        @Override
        public String toString() {
            return "full";
        }
    }

    /// Shards in random order, taken `count` at a time, and the samples of those mixed; at least 1.
    record OpenShards(int count) implements Shuffle {
        public OpenShards {
            if (count < 1) {
                throw new ConfigurationException(FailureMessage.of("shuffle option")
                        .with("value", "k=" + count)
                        .remedy("at least one shard must be open, as in k=8"));
            }
        }

        @Override
        public String toString() {
            return "k=" + count;
        }
    }
}
