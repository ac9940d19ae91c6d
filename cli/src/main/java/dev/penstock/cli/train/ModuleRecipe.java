package dev.penstock.cli.train;

import dev.penstock.balance.CostModel;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.index.DatasetIndex;
import dev.penstock.order.SampleSeeds;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.script.ModuleContract;
import dev.penstock.trainer.script.ModuleLoss;
import dev.penstock.trainer.script.ScriptModel;
import dev.penstock.trainer.tensor.Libtorch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/// A TorchScript module of the user's own.
public record ModuleRecipe(Path file, ModuleContract contract) implements ModelRecipe {

    static final String MODEL = "model";
    private static final String INPUTS = "inputs";
    private static final String SHAPES = "shapes";
    private static final String LOSS = "loss";
    private static final String TARGET = "target";

    static final List<String> KEYS = List.of(MODEL, INPUTS, SHAPES, LOSS, TARGET);

    private static final String OWN = "own";
    private static final String CROSS_ENTROPY = "cross-entropy";
    private static final String SQUARED_ERROR = "squared-error";

    /// `image=1x28x28`, or `y=` for a scalar.
    private static final Pattern SHAPE = Pattern.compile("(?<input>\\w+)=(?<dimensions>(\\d{1,9}(x\\d{1,9})*)?)");

    static ModuleRecipe of(RecipeFile recipe) {
        String model = recipe.text(MODEL);
        if (model.isBlank()) {
            throw recipe.refused(MODEL, "nothing", "name the TorchScript file with --model, or in the recipe");
        }
        return new ModuleRecipe(
                Path.of(model), new ModuleContract(words(recipe.text(INPUTS)), shapes(recipe), loss(recipe)));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split("[\\s,]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static Map<String, List<Long>> shapes(RecipeFile recipe) {
        Map<String, List<Long>> shapes = new HashMap<>();
        for (String word : words(recipe.text(SHAPES))) {
            Matcher matcher = SHAPE.matcher(word);
            if (!matcher.matches()) {
                throw recipe.refused(SHAPES, word, "write input=DIMxDIM, as in image=1x28x28, or y= for a scalar");
            }
            shapes.put(
                    matcher.group("input"),
                    Arrays.stream(matcher.group("dimensions").split("x"))
                            .filter(dimension -> !dimension.isEmpty())
                            .map(Long::valueOf)
                            .toList());
        }
        return shapes;
    }

    private static ModuleLoss loss(RecipeFile recipe) {
        String target = recipe.text(TARGET);
        String loss = recipe.text(LOSS);
        if (loss.equals(OWN) != target.isBlank()) {
            throw recipe.refused(
                    TARGET,
                    "'" + target + "'",
                    "state a target for loss " + CROSS_ENTROPY + " or " + SQUARED_ERROR + ", and none for " + OWN);
        }
        return switch (loss) {
            case OWN -> new ModuleLoss.Own();
            case CROSS_ENTROPY -> new ModuleLoss.CrossEntropy(target);
            case SQUARED_ERROR -> new ModuleLoss.SquaredError(target);
            default -> throw recipe.refused(LOSS, loss, "use " + OWN + ", " + CROSS_ENTROPY + " or " + SQUARED_ERROR);
        };
    }

    @Override
    public Model build(long seed) {
        return ScriptModel.load(file, contract, new SampleSeeds(seed));
    }

    @Override
    public CostModel costModel() {
        return CostModel.tokens();
    }

    @Override
    public String lossUnit() {
        return switch (contract.loss()) {
            case ModuleLoss.Own() -> "per target";
            case ModuleLoss.CrossEntropy(String _) -> "nats per target";
            case ModuleLoss.SquaredError(String _) -> "squared error per value";
        };
    }

    @Override
    public int maxSampleLength() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void requireFits(DatasetIndex index) {
        Libtorch.initialize(1);
        build(0).requireFits(index.fields());
    }

    @Override
    public String digest() {
        CRC32C crc = new CRC32C();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(file), crc)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException unreadable) {
            throw new StoreAccessException(
                    FailureMessage.of("reading a module").with("file", file).with("found", unreadable), unreadable);
        }
        return contract + " crc32c=" + crc.getValue();
    }
}
