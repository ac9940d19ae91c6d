package dev.penstock.trainer.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.RankLostException;
import dev.penstock.trainer.StepResult;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Tensors;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LocalRanksTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    @Test
    void twoRanksTrainAsOneWould() throws Exception {
        ranks(2, program("train", directory.toString())).run();

        ByteTransformer model = new ByteTransformer(RankProgram.SHAPE, RankProgram.SEED);
        Collective solo = RankProgram.join(World.single());
        TrainingStep step = RankProgram.step(model, solo, GradientReduction.overlapped(model.parameters(), solo));
        List<StepResult> alone = new ArrayList<>();
        for (int i = 0; i < RankProgram.STEPS; i++) {
            alone.addAll(step.train(RankProgram.share(i, 0, 1)));
        }
        alone.addAll(step.settle());

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        for (int i = 0; i < RankProgram.STEPS; i++) {
            String[] together = lines.get(i).split(" ", 2);
            assertThat(Double.parseDouble(together[0])).isCloseTo(alone.get(i).lossSum(), within(1e-2));
            assertThat(Long.parseLong(together[1])).isEqualTo(alone.get(i).targetCount());
        }
        assertThat(distance("gradients-0", model.parameters().gradients())).isLessThan(1e-5);
        assertThat(Files.mismatch(directory.resolve("gradients-0"), directory.resolve("gradients-1")))
                .isEqualTo(-1);
        assertThat(Files.mismatch(directory.resolve("values-0"), directory.resolve("values-1")))
                .isEqualTo(-1);
    }

    @Test
    void aRankThatDiesStopsTheOthersAndIsNamed() {
        assertThatThrownBy(() -> ranks(2, program("train-until-killed")).run())
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("local rank failed: rank=1, exitCode=42")
                .hasMessageContaining("all other ranks were stopped");
    }

    @Test
    void ranksThatDoNotAgreeSayWhatDiffers() {
        assertThatThrownBy(() -> ranks(2, program("disagree")).run())
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("lastError=agreement on plan failed: rank=");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("rank=0, otherRank=1, differs=balance, mine=delay=4, theirs=delay=5")
                .contains("rank=1, otherRank=0, differs=balance, mine=delay=5, theirs=delay=4");
    }

    @Test
    void ranksEndWhenTheirParentIsKilled() throws Exception {
        Process parent = new ProcessBuilder(JavaCommand.like(Parent.class.getName(), program("wait")))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<ProcessHandle> children = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
            while (children.size() < 2) {
                String line = lines.readLine();
                long pid = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
                children.add(ProcessHandle.of(pid).orElseThrow());
            }
        } finally {
            parent.destroyForcibly();
        }

        children.forEach(child -> child.onExit().join());
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void outputCarriesItsRankExceptThatOfTheFirst() throws Exception {
        ranks(2, List.of("sh", "-c", "echo out $RANK/$WORLD_SIZE; echo err >&2"))
                .run();

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactlyInAnyOrder("out 0/2", "[rank 1] out 1/2");
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactlyInAnyOrder("[rank 0] err", "[rank 1] err");
    }

    @Test
    void theLastWordsOfAFailedRankAreInTheError() {
        List<String> command = List.of("sh", "-c", "[ $RANK = 0 ] && exec cat; echo first >&2; echo why >&2; exit 3");

        assertThatThrownBy(() -> ranks(3, command).run())
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("exitCode=3, lastError=why")
                .extracting(lost -> ((RankLostException) lost).exitCode())
                .isEqualTo(OptionalInt.of(3));
    }

    @Test
    void aCommandThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> ranks(1, List.of("/no/such/program")).run())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("command=/no/such/program");
    }

    @Test
    void aMasterThatNeverComesIsAnErrorThatNamesItsAddress() {
        World world = new World(1, 2, 1, "127.0.0.1", 1);
        CollectiveTimeouts impatient =
                new CollectiveTimeouts(Duration.ofMillis(300), Duration.ofSeconds(1), Duration.ofSeconds(2));

        assertThatThrownBy(() -> Collective.join(world, impatient))
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("rank=1, master=127.0.0.1:1");
    }

    @Test
    void aPortInUseIsAnErrorOfTheFirstRank() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            World world = new World(0, 2, 0, "127.0.0.1", taken.getLocalPort());

            assertThatThrownBy(() -> Collective.join(world, CollectiveTimeouts.defaults()))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("master=127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("is the port in use?");
        }
    }

    /// A launcher that a test can kill.
    static final class Parent {

        private Parent() {}

        public static void main(String[] command) throws InterruptedException {
            new LocalRanks(List.of(command), Map.of(), 2, System.out, System.err).run();
        }
    }

    private LocalRanks ranks(int count, List<String> command) {
        return new LocalRanks(
                command,
                Map.of(),
                count,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static List<String> program(String... arguments) {
        return JavaCommand.like(RankProgram.class.getName(), List.of(arguments));
    }

    private double distance(String file, Tensor expected) throws IOException {
        Tensor found = torch.empty(expected.numel());
        Tensors.read(directory.resolve(file), found);
        return found.sub(expected).abs().max().item_double();
    }
}
