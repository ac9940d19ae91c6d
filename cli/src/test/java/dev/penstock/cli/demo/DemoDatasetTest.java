package dev.penstock.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDatasetTest {

    @TempDir
    private Path directory;

    private DemoDataset dataset;

    @BeforeEach
    void writeSources() throws IOException {
        Path sources = Files.createDirectories(directory.resolve("sources"));
        Files.writeString(sources.resolve("A.java"), "class A {}");
        Files.writeString(sources.resolve("B.java"), "class B { int longer; }");
        Files.writeString(sources.resolve("c.txt"), "no source");
        dataset = new DemoDataset(directory.resolve("demo"), new JdkSources(sources, ".java", "first"), 12);
    }

    @Test
    void packedOnceIsReused() {
        assertThat(dataset.isPacked()).isFalse();
        dataset.pack(bytes -> {});

        assertThat(dataset.isPacked()).isTrue();
    }

    @Test
    void otherSourcesOrLengthsAreAnotherDataset() {
        dataset.pack(bytes -> {});
        JdkSources other = new JdkSources(dataset.sources().path(), ".java", "second");

        assertThat(new DemoDataset(dataset.directory(), other, 12).isPacked()).isFalse();
        assertThat(new DemoDataset(dataset.directory(), dataset.sources(), 13).isPacked())
                .isFalse();
    }

    @Test
    void shardThatChangedIsPackedAgain() throws IOException {
        dataset.pack(bytes -> {});
        Files.writeString(dataset.shards().resolve("shard-000000.tar"), "damaged");
        assertThat(dataset.isPacked()).isFalse();

        dataset.pack(bytes -> {});

        assertThat(dataset.isPacked()).isTrue();
    }

    @Test
    void packingThatWasInterruptedIsDoneAgain() throws IOException {
        dataset.pack(bytes -> {});
        Files.delete(dataset.shards().resolve("_penstock/manifest.json"));
        assertThat(dataset.isPacked()).isFalse();

        dataset.pack(bytes -> {});

        assertThat(dataset.isPacked()).isTrue();
    }

    @Test
    void directoryOfSomebodyElseIsLeftAlone() throws IOException {
        Path precious = Files.createDirectories(dataset.shards()).resolve("precious.txt");
        Files.writeString(precious, "keep");

        assertThatThrownBy(() -> dataset.pack(bytes -> {}))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--dir");
        assertThat(precious).hasContent("keep");
    }

    @Test
    void aRunOfAnEarlierDemoIsReplacedAndAnyOtherLeftAlone() throws IOException {
        Files.writeString(dataset.newRun().resolve("metrics.jsonl"), "old");
        Path run = dataset.newRun();
        assertThat(run.resolve("metrics.jsonl")).doesNotExist();

        Files.delete(run.resolve("demo.txt"));
        Path precious = Files.writeString(run.resolve("thesis.tex"), "keep");
        assertThatThrownBy(dataset::newRun)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--dir");
        assertThat(precious).hasContent("keep");
    }

    @Test
    void runtimeWithoutSourcesGivesItsClasses() {
        JdkSources classes = JdkSources.find(directory);

        assertThat(classes.suffix()).isEqualTo(".class");
        assertThat(classes.path().resolve("java.base/java/lang/Object.class")).exists();
    }
}
