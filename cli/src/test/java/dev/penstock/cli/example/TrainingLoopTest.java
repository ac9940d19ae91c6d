package dev.penstock.cli.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page about a loop of one's own: the very code that it shows is compiled and run.
class TrainingLoopTest {

    private static final Path PAGE = Path.of("../docs/training-loop.md");
    private static final long SEED = 4;

    @TempDir
    private Path scratch;

    @Test
    void theLoopOfThePageTrainsAndLeavesItsWeights() throws Exception {
        Path shards = packedSeries();
        Path run = scratch.resolve("run");

        List<String> lines = run(compiled(), shards.toUri().toString(), run.toString());

        List<Double> losses = lines.stream()
                .map(line -> Double.valueOf(line.substring(line.indexOf(' ') + 1)))
                .toList();
        assertThat(losses).hasSize(60);
        assertThat(losses.getLast()).isLessThan(0.5 * losses.getFirst());
        assertThat(run.resolve("model").resolve("model.safetensors")).isNotEmptyFile();
        assertThat(run).isDirectoryContaining("glob:**step-000000000060.000");
    }

    /// Sine waves of different length and pace: easy to predict from two values.
    private Path packedSeries() throws IOException {
        Random random = new Random(SEED);
        Path files = Files.createDirectories(scratch.resolve("files"));
        for (int i = 0; i < 200; i++) {
            int length = 2 + random.nextInt(80);
            double pace = 0.3 + random.nextDouble();
            ByteBuffer values = ByteBuffer.allocate(Float.BYTES * length).order(ByteOrder.LITTLE_ENDIAN);
            for (int t = 0; t < length; t++) {
                values.putFloat((float) Math.sin(pace * t));
            }
            Files.write(files.resolve("%03d.f32".formatted(i)), values.array());
        }
        Path shards = scratch.resolve("shards");
        try (ObjectStore store = ObjectStores.open(shards.toUri())) {
            new DatasetPacker(store, PackOptions.defaults()).pack(files, _ -> {});
        }
        return shards;
    }

    private Path compiled() throws IOException {
        String page = Files.readString(PAGE);
        String code = page.substring(page.indexOf("```java\n") + "```java\n".length());
        Path source = scratch.resolve("TrainingLoop.java");
        Files.writeString(source, code.substring(0, code.indexOf("```")));
        Path classes = Files.createDirectories(scratch.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        boolean clean = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of(
                                "-d",
                                classes.toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-proc:none",
                                "-Werror"),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertThat(clean).as(messages.toString()).isTrue();
        return classes;
    }

    private static List<String> run(Path classes, String... arguments) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("TrainingLoop").getMethod("main", String[].class).invoke(null, (Object) arguments);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
