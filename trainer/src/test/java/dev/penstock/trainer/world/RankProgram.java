package dev.penstock.trainer.world;

import dev.penstock.batch.Batch;
import dev.penstock.error.PenstockException;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.StepSettings;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.model.TransformerShape;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.Constant;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// What a rank of a test does; the first argument says which test.
final class RankProgram {

    static final long SEED = 23;
    static final int STEPS = 3;
    static final TransformerShape SHAPE = new TransformerShape(1, 16, 2, 64);

    private RankProgram() {}

    public static void main(String[] arguments) throws Exception {
        ParentWatch.start(System.getenv());
        World world = World.fromEnvironment(System.getenv());
        try {
            switch (arguments[0]) {
                case "train" -> train(world, Path.of(arguments[1]));
                case "train-until-killed" -> trainUntilKilled(world);
                case "disagree" -> join(world).requireAgreement("plan", "seed=7 balance=delay=" + (4 + world.rank()));
                case "wait" -> waitForParent();
                case "sum" -> sumUntil(world, arguments[1]);
                case "announce" -> announce(world);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } catch (PenstockException | IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    static Collective join(World world) {
        Libtorch.initialize(1);
        return Collective.join(
                world, new CollectiveTimeouts(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(3)));
    }

    /// Leaves gradients and parameters after some steps where the test can read them.
    private static void train(World world, Path directory) throws IOException {
        try (Collective collective = join(world)) {
            collective.requireAgreement("plan", "same");
            ByteTransformer model = new ByteTransformer(SHAPE, SEED + world.rank());
            collective.broadcast(model.parameters().values());
            try (GradientReduction reduction = GradientReduction.overlapped(model.parameters(), collective)) {
                TrainingStep step = step(model, collective, reduction);
                for (int i = 0; i < STEPS; i++) {
                    report(world, step.train(share(i, world.rank(), world.worldSize())));
                }
                report(world, step.settle());
            }
            Tensors.write(model.parameters().gradients(), directory.resolve("gradients-" + world.rank()));
            Tensors.write(model.parameters().values(), directory.resolve("values-" + world.rank()));
            collective.barrier();
        }
    }

    private static void report(World world, List<StepResult> results) {
        if (world.isFirst()) {
            results.forEach(result -> System.out.println(result.lossSum() + " " + result.targetCount()));
        }
    }

    static TrainingStep step(ByteTransformer model, Collective collective, GradientReduction reduction) {
        AdamWOptimizer optimizer = new AdamWOptimizer(model.parameters(), AdamWSettings.defaults());
        return new TrainingStep(
                model.parameters(),
                model,
                collective,
                reduction,
                optimizer,
                new Constant(0.003),
                StepSettings.defaults().withMaxGradientNorm(1));
    }

    /// Rank 0 gets most samples in two micro-batches, rank 1 one sample, and nothing at all in the second step.
    static Batch share(int step, int rank, int worldSize) {
        List<byte[]> samples = TestBatches.samples(SEED + step, 6, 60);
        if (worldSize == 1) {
            return TestBatches.of(step, List.of(samples));
        }
        int cut = step == 1 ? 6 : 5;
        return rank == 0
                ? TestBatches.of(step, List.of(samples.subList(0, 2), samples.subList(2, cut)))
                : TestBatches.of(step, List.of(samples.subList(cut, 6)));
    }

    /// Rank 1 dies without a word in its second step.
    private static void trainUntilKilled(World world) {
        ByteTransformer model = new ByteTransformer(SHAPE, SEED);
        Collective collective = join(world);
        TrainingStep step = step(model, collective, GradientReduction.overlapped(model.parameters(), collective));
        for (int i = 0; ; i++) {
            if (world.rank() == 1 && i == 2) {
                Runtime.getRuntime().halt(42);
            }
            step.train(share(0, world.rank(), world.worldSize()));
        }
    }

    /// Adds up for ever; in its fifth call rank 1 does what the test wants, or else it says that it has come so far.
    private static void sumUntil(World world, String deed) {
        try (Collective ranks = join(world)) {
            ranks.tellingFailures(() -> {
                for (int call = 0; ; call++) {
                    if (call == 5) {
                        say("summing");
                        if (world.rank() == 1) {
                            act(deed, ranks);
                        }
                    }
                    ranks.sum(call);
                    if (call == 5) {
                        say("on time again");
                    }
                }
            });
        } catch (OutOfMemoryError failed) {
            System.exit(1);
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static void act(String deed, Collective ranks) {
        switch (deed) {
            case "throw" -> throw new IllegalStateException("boom on purpose");
            case "run out of memory" -> System.out.println(new long[1 << 24][1 << 20].length);
            case "leave" -> {
                ranks.close();
                System.exit(0);
            }
            case "stay away" -> stayAway();
            case "be late" -> beLate();
            default -> {}
        }
    }

    private static void stayAway() {
        try {
            Thread.currentThread().join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Far later than a silent rank may be; it is heard all the while.
    private static void beLate() {
        long end = System.nanoTime() + Duration.ofSeconds(6).toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        say("late");
    }

    /// Says that rank 0 knows of this rank, which still waits for others.
    private static void announce(World world) {
        Thread.ofPlatform().daemon().start(() -> {
            boolean watched = false;
            while (!watched) {
                watched = Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().equals("penstock-rank-link"));
            }
            say("watched");
        });
        join(world);
    }

    private static void waitForParent() throws InterruptedException {
        System.out.println("pid " + ProcessHandle.current().pid());
        System.out.flush();
        Thread.currentThread().join();
    }
}
