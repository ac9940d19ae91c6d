package dev.penstock.trainer.reduce;

import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Tensors;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.ParentWatch;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One rank that reduces every [ReductionCase] in every cut, and leaves what it got where the test can read it.
final class ReductionProgram {

    /// How the gradient is cut; `AGAIN` is the same as `FINE`.
    enum Cut {
        FINE,
        AGAIN,
        WHOLE;

        private BucketSizes sizes() {
            return switch (this) {
                case FINE, AGAIN -> new BucketSizes(256, 2048);
                case WHOLE -> BucketSizes.whole();
            };
        }
    }

    private ReductionProgram() {}

    public static void main(String[] arguments) throws IOException {
        ParentWatch.start(System.getenv());
        Libtorch.initialize(1);
        World world = World.fromEnvironment(System.getenv());
        Path directory = Path.of(arguments[0]);
        try (Collective ranks = Collective.join(world, CollectiveTimeouts.defaults())) {
            for (ReductionCase each : ReductionCase.values()) {
                for (Cut cut : Cut.values()) {
                    reduce(each, cut, ranks, world.rank(), directory);
                }
            }
            ranks.barrier();
        }
    }

    private static void reduce(ReductionCase each, Cut cut, Collective ranks, int rank, Path directory)
            throws IOException {
        ReductionCase.Fixture fixture = each.fixture(directory, rank);
        try (OverlappedReduction reduction = new OverlappedReduction(fixture.parameters(), ranks, cut.sizes())) {
            List<String> departed = new ArrayList<>();
            Reduced reduced = ReductionCase.reduce(
                    reduction, fixture.loss(), each.units(rank), () -> departed.add("" + reduction.departedBuckets()));
            Tensors.write(fixture.parameters().gradients(), directory.resolve(name("gradients", each, cut, rank)));
            Tensors.write(reduced.totals(), directory.resolve(name("totals", each, cut, rank)));
            Files.writeString(
                    directory.resolve(name("departed", each, cut, rank)),
                    String.join(" ", departed) + " of " + reduction.bucketCount());
        }
    }

    static String name(String what, ReductionCase each, Cut cut, int rank) {
        return what + "-" + each + "-" + cut + "-" + rank;
    }
}
