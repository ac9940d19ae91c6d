package dev.penstock.cli.option;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How a recipe is optimised and computed, where the command line says it differently from the recipe.
public final class OptimizationOptions {

    @Option(names = "--optimizer", paramLabel = "adamw|sgd", description = "Optimiser. Default: the recipe's.")
    private Optional<String> optimizer = Optional.empty();

    @Option(
            names = "--schedule",
            paramLabel = "constant|cosine|one-cycle",
            description = "Course of the learning rate. Default: the recipe's.")
    private Optional<String> schedule = Optional.empty();

    @Option(
            names = "--warmup",
            paramLabel = "SHARE",
            description = "Part of the steps until the learning rate is at its peak. Default: the recipe's.")
    private Optional<String> warmUp = Optional.empty();

    @Option(
            names = "--precision",
            paramLabel = "fp32|bf16",
            description = "What forward passes are computed in; bf16 as under torch.autocast. Default: the recipe's.")
    private Optional<String> precision = Optional.empty();

    @Option(
            names = "--reduction",
            paramLabel = "overlapped|reproducible",
            description = "How gradients are summed: fast, or the same to the bit on any number of ranks, sample by"
                    + " sample. Default: the recipe's.")
    private Optional<String> reduction = Optional.empty();

    /// What was said, by the names that a recipe has for it.
    public Map<String, String> stated() {
        Map<String, String> stated = new LinkedHashMap<>();
        optimizer.ifPresent(value -> stated.put("optimizer", value));
        schedule.ifPresent(value -> stated.put("schedule", value));
        warmUp.ifPresent(value -> stated.put("warm-up-share", value));
        precision.ifPresent(value -> stated.put("precision", value));
        reduction.ifPresent(value -> stated.put("reduction", value));
        return stated;
    }
}
