package dev.penstock.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.CorruptDataException;
import dev.penstock.trainer.SoloStep;
import dev.penstock.trainer.TestBatches;
import dev.penstock.trainer.model.ByteTransformer;
import dev.penstock.trainer.model.TransformerShape;
import dev.penstock.trainer.optimize.AdamWOptimizer;
import dev.penstock.trainer.optimize.AdamWSettings;
import dev.penstock.trainer.optimize.OneCycle;
import dev.penstock.trainer.optimize.SgdOptimizer;
import dev.penstock.trainer.optimize.SgdSettings;
import dev.penstock.trainer.tensor.Libtorch;
import dev.penstock.trainer.tensor.Parameters;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {

    private static final TransformerShape SHAPE = new TransformerShape(1, 16, 2, 64);

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    @Test
    void resumeEqualsUninterrupted() {
        List<Double> uninterrupted = new Run().train(0, 10);

        Run first = new Run();
        List<Double> resumed = new ArrayList<>(first.train(0, 5));
        new Checkpoints(directory, 2).save(new RunState(5, "p5", "c5", "d"), first.model.parameters(), first.optimizer);
        Run second = new Run();
        Checkpoint checkpoint = new Checkpoints(directory, 2).latest().orElseThrow();
        checkpoint.restore(second.model.parameters(), second.optimizer);
        resumed.addAll(second.train(checkpoint.state().nextStep(), 10));

        assertThat(checkpoint.state()).isEqualTo(new RunState(5, "p5", "c5", "d"));
        assertThat(resumed).isEqualTo(uninterrupted);
    }

    @Test
    void theNewestIsFoundAndTheOldestAreDeleted() {
        Run run = new Run();
        Checkpoints checkpoints = new Checkpoints(directory, 2);
        assertThat(checkpoints.latest()).isEmpty();

        for (long step : new long[] {9, 10, 100}) {
            checkpoints.save(new RunState(step, "", "", ""), run.model.parameters(), run.optimizer);
        }

        assertThat(checkpoints.latest().orElseThrow().state().nextStep()).isEqualTo(100);
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder("step-000000000010.000", "step-000000000100.000");
    }

    @Test
    void aStepSavedAgainIsFoundInsteadOfTheFirst() {
        Run run = new Run();
        Checkpoints checkpoints = new Checkpoints(directory, 2);

        checkpoints.save(new RunState(3, "first", "", ""), run.model.parameters(), run.optimizer);
        checkpoints.save(new RunState(3, "again", "", ""), run.model.parameters(), run.optimizer);

        assertThat(checkpoints.latest().orElseThrow().state().loaderPosition()).isEqualTo("again");
    }

    @Test
    void savingLeavesNoDirectBufferBehind() {
        Run run = new Run();
        Checkpoints checkpoints = new Checkpoints(directory, 2);
        // What a thread keeps for its writes is there from the first save on.
        checkpoints.save(new RunState(1, "", "", ""), run.model.parameters(), run.optimizer);
        long before = directBytes();

        checkpoints.save(new RunState(2, "", "", ""), run.model.parameters(), run.optimizer);

        assertThat(directBytes()).isLessThanOrEqualTo(before);
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    @Test
    void aFlippedBitInAnyFileIsReported() throws IOException {
        Path saved = savedCheckpoint();
        for (Path file : DurableFiles.list(saved)) {
            byte[] sound = Files.readAllBytes(file);
            byte[] flipped = sound.clone();
            flipped[sound.length / 3] ^= 0x04;
            Files.write(file, flipped);

            assertThatThrownBy(this::restoreLatest)
                    .as("%s", file)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("expected=crc32c")
                    .hasMessageContaining("found=crc32c");
            Files.write(file, sound);
        }
        restoreLatest();
    }

    @Test
    void aFileCutShortIsReportedWithBothSizes() throws IOException {
        Path file = savedCheckpoint().resolve("optimizer-mean.bin");
        byte[] sound = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(sound, sound.length - 7));

        assertThatThrownBy(this::restoreLatest)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected=" + sound.length + " bytes, found=" + (sound.length - 7) + " bytes");
    }

    @Test
    void aMissingFileIsReported() throws IOException {
        Files.delete(savedCheckpoint().resolve("parameters.bin"));

        assertThatThrownBy(this::restoreLatest)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("parameters.bin")
                .hasMessageContaining("no such file");
    }

    @Test
    void anotherFormatIsRefusedWithBothVersions() throws IOException {
        Path saved = savedCheckpoint();
        Manifest manifest = Manifest.read(saved);
        new Manifest(99, manifest.state(), manifest.optimizer(), manifest.shapes(), manifest.files()).write(saved);

        assertThatThrownBy(() -> new Checkpoints(directory, 1).latest())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("expectedFormat=3, foundFormat=99");
    }

    @Test
    void anotherModelIsRefusedWithTheFirstParameterThatDiffers() {
        savedCheckpoint();
        ByteTransformer wider = new ByteTransformer(new TransformerShape(1, 32, 2, 64), 0);
        AdamWOptimizer optimizer = new AdamWOptimizer(wider.parameters(), AdamWSettings.defaults());

        assertThatThrownBy(() ->
                        new Checkpoints(directory, 1).latest().orElseThrow().restore(wider.parameters(), optimizer))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("expected=embedding[256, 32], found=embedding[256, 16]");
    }

    @Test
    void anotherOptimizerIsRefusedByName() {
        savedCheckpoint();
        Parameters parameters = new Run().model.parameters();
        SgdOptimizer optimizer = new SgdOptimizer(parameters, new SgdSettings(0.9, 0));

        assertThatThrownBy(() ->
                        new Checkpoints(directory, 1).latest().orElseThrow().restore(parameters, optimizer))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("expectedOptimizer=sgd, foundOptimizer=adamw");
    }

    @Test
    void randomNumbersGoOnWhereTheyWere() {
        Run run = new Run();
        new Checkpoints(directory, 1).save(new RunState(1, "", "", ""), run.model.parameters(), run.optimizer);
        double next = torch.rand(1).item_double();
        torch.manual_seed(4);

        restoreLatest();

        assertThat(torch.rand(1).item_double()).isEqualTo(next);
    }

    @Test
    void leftoversOfADeadWriterAreSkippedAndThenRemoved() throws IOException {
        Path saved = savedCheckpoint();
        Path partial = Files.createDirectory(directory.resolve(".partial-step-000000000999.000"));
        Files.writeString(partial.resolve("parameters.bin"), "half");

        Checkpoints checkpoints = new Checkpoints(directory, 3);
        assertThat(checkpoints.latest().orElseThrow().directory()).isEqualTo(saved);
        Run run = new Run();
        checkpoints.save(new RunState(8, "", "", ""), run.model.parameters(), run.optimizer);

        assertThat(partial).doesNotExist();
    }

    @Test
    void aCheckpointThatLostItsManifestIsNotPassedOver() throws IOException {
        Files.delete(savedCheckpoint().resolve("manifest.jsonl"));
        assertThatThrownBy(() -> new Checkpoints(directory, 3).latest())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected=a manifest, found=none");
    }

    private Path savedCheckpoint() {
        Run run = new Run();
        run.train(0, 1);
        new Checkpoints(directory, 1).save(new RunState(1, "", "", ""), run.model.parameters(), run.optimizer);
        return directory.resolve("step-000000000001.000");
    }

    private void restoreLatest() {
        Run run = new Run();
        new Checkpoints(directory, 1).latest().orElseThrow().restore(run.model.parameters(), run.optimizer);
    }

    private static final class Run {

        private final ByteTransformer model = new ByteTransformer(SHAPE, 3);
        private final AdamWOptimizer optimizer = new AdamWOptimizer(model.parameters(), AdamWSettings.defaults());

        private List<Double> train(long begin, long end) {
            SoloStep step = new SoloStep(model, optimizer, new OneCycle(0.01, 3, 10, 0.1), 1);
            List<Double> losses = new ArrayList<>();
            for (long i = begin; i < end; i++) {
                losses.add(step.train(TestBatches.of(i, List.of(TestBatches.samples(i, 4, 60))))
                        .lossSum());
            }
            return losses;
        }
    }
}
