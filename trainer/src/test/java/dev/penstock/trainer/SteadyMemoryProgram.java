package dev.penstock.trainer;

import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.model.Precision;
import dev.penstock.trainer.model.TransformerShape;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.ParentWatch;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/// One rank that trains in every way there is, and notes how many native objects each leaves behind per step.
final class SteadyMemoryProgram {

    private static final int WARM_UP = 8;
    private static final int STEPS = 40;

    /// What the ranks do with their gradients.
    private enum Way {
        OVERLAPPED,
        REPRODUCIBLE;

        private GradientReduction of(Parameters parameters, Collective ranks) {
            return switch (this) {
                case OVERLAPPED -> GradientReduction.overlapped(parameters, ranks);
                case REPRODUCIBLE -> GradientReduction.reproducible(parameters, ranks);
            };
        }
    }

    private SteadyMemoryProgram() {}

    /// @param arguments where the notes go
    public static void main(String[] arguments) throws IOException {
        ParentWatch.start(System.getenv());
        Libtorch.initialize(1);
        World world = World.fromEnvironment(System.getenv());
        List<String> notes = new ArrayList<>();
        try (Collective ranks = Collective.join(world, CollectiveTimeouts.defaults())) {
            for (Way way : Way.values()) {
                for (Precision precision : Precision.values()) {
                    notes.add(way + " " + precision + " " + leftBehind(way, precision, ranks, world.rank()));
                }
            }
            ranks.barrier();
        }
        Files.write(Path.of(arguments[0]).resolve("rank-" + world.rank()), notes);
    }

    /// Counted without a collection in between, which would free what steps forgot and hide it.
    private static String leftBehind(Way way, Precision precision, Collective ranks, int rank) {
        ByteTransformer model = new ByteTransformer(new TransformerShape(1, 16, 2, 64), 5);
        try (GradientReduction reduction = way.of(model.parameters(), ranks)) {
            TrainingStep step = new TrainingStep(
                    model.parameters(),
                    precision.of(model),
                    ranks,
                    reduction,
                    new AdamWOptimizer(model.parameters(), AdamWSettings.defaults()),
                    new Constant(0.01),
                    StepSettings.defaults().withMaxGradientNorm(1));
            train(step, 0, WARM_UP, rank);
            long before = Pointer.totalCount();
            long collections = collections();
            train(step, WARM_UP, STEPS, rank);
            long left = Pointer.totalCount() - before;
            return left + " in " + (collections() - collections) + " collections";
        }
    }

    /// Ranks have different numbers of micro-batches, and now and then one has nothing.
    private static void train(TrainingStep step, int first, int count, int rank) {
        for (int number = first; number < first + count; number++) {
            List<List<byte[]>> microBatches = new ArrayList<>();
            for (int micro = 0; micro < (number + rank) % 3; micro++) {
                microBatches.add(TestBatches.samples(number, 3, 40));
            }
            step.train(TestBatches.of(number, microBatches));
        }
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }
}
