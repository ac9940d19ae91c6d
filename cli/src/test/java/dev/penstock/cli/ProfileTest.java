package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `train --profile` with real processes: what a viewer of the trace finds in it.
class ProfileTest {

    private static final int STEPS = 30;
    private static final int FIRST = 8;
    private static final int END = 26;

    /// Of the process that loads for both ranks, in the trace.
    private static final int LOADER = 2;

    /// What the training thread does for every step.
    private static final Set<String> PHASES = Set.of("step", "wait", "copy", "forward", "backward", "reduce", "update");

    @TempDir
    private static Path directory;

    private static Path shards;
    private static Path recipe;
    private static JsonNode trace;

    @BeforeAll
    static void trainTwoRanks() throws IOException {
        shards = SmallDataset.packed(directory, "--max-length", 64, "--overlong", "split");
        recipe = Files.writeString(directory.resolve("tiny.yaml"), """
                layers: 1
                width: 16
                heads: 2
                max-sample-bytes: 64
                batch: 100
                steps: %d
                """.formatted(STEPS));
        CommandRun run = train("run", "--ranks=2", "--profile=" + FIRST + ":" + END);
        assertThat(run.exitCode()).as(run.err()).isZero();
        trace = trace("run");
    }

    /// With less RAM than there is data, and slots for few batches ahead, so that the window has fetches and decodes.
    private static CommandRun train(String run, Object... options) {
        List<Object> arguments = new ArrayList<>(List.of(
                "train", recipe, shards, "--run=" + directory.resolve(run), "--ram=64K", "--block=4K", "--slots=128K"));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments.toArray());
    }

    private static JsonNode trace(String run) throws IOException {
        return new JsonMapper().readTree(profile(run));
    }

    private static byte[] profile(String run) throws IOException {
        return Files.readAllBytes(directory.resolve(run).resolve("profile.json"));
    }

    private static List<JsonNode> slices(JsonNode of) {
        return of.get("traceEvents")
                .valueStream()
                .filter(event -> event.get("ph").asString().equals("X"))
                .toList();
    }

    private static Set<String> phases(int rank, long step) {
        return slices(trace).stream()
                .filter(slice -> slice.get("pid").asInt() == rank
                        && slice.get("args").get("step").asLong() == step)
                .map(slice -> slice.get("name").asString().equals("step " + step)
                        ? "step"
                        : slice.get("name").asString())
                .collect(Collectors.toSet());
    }

    @Test
    void everyStepOfTheWindowHasEachPhaseOnEachRank() {
        for (int rank = 0; rank < 2; rank++) {
            for (long step = FIRST; step < END; step++) {
                assertThat(phases(rank, step))
                        .as("rank %d, step %d", rank, step)
                        .containsAll(PHASES);
            }
            assertThat(phases(rank, FIRST - 1))
                    .as("rank %d, before the window", rank)
                    .doesNotContain("forward");
            assertThat(phases(rank, END)).as("rank %d, after the window", rank).doesNotContain("forward");
        }
    }

    private static List<JsonNode> slices(JsonNode of, String name) {
        return slices(of).stream()
                .filter(slice -> slice.get("name").asString().equals(name))
                .toList();
    }

    @Test
    void theOneLoaderOfBothRanksFetchesAndDecodesInTheTimeOfTheWindow() {
        assertThat(slices(trace, "decode"))
                .extracting(slice -> slice.get("args").get("rank").asInt())
                .contains(0, 1);
        assertThat(slices(trace, "fetch")).isNotEmpty();
        List<JsonNode> loading = slices(trace).stream()
                .filter(slice -> slice.get("pid").asInt() == LOADER)
                .toList();
        assertThat(loading)
                .extracting(slice -> slice.get("name").asString())
                .containsOnly("decode", "fetch")
                .hasSize(slices(trace, "decode").size() + slices(trace, "fetch").size());
        List<JsonNode> steps = slices(trace, "step " + FIRST);
        long begin = steps.stream().mapToLong(step -> nanos(step, "ts")).min().orElseThrow();
        long end = slices(trace, "step " + (END - 1)).stream()
                .mapToLong(step -> nanos(step, "ts") + nanos(step, "dur"))
                .max()
                .orElseThrow();
        assertThat(loading)
                .allSatisfy(slice -> assertThat(nanos(slice, "ts")).isBetween(begin, end - nanos(slice, "dur")));
        assertThat(trace.get("traceEvents")
                        .valueStream()
                        .filter(event -> event.get("name").asString().equals("process_name"))
                        .map(event -> event.get("args").get("name").asString()))
                .containsExactly("rank 0", "rank 1", "loader");
    }

    @Test
    void slicesOfARowNestOrAreApartAndRowsHaveNames() {
        Map<String, List<JsonNode>> rows = slices(trace).stream()
                .collect(Collectors.groupingBy(slice ->
                        slice.get("pid").asInt() + "/" + slice.get("tid").asInt()));
        rows.forEach(ProfileTest::assertNested);
        Map<String, String> names = new HashMap<>();
        trace.get("traceEvents")
                .valueStream()
                .filter(event -> event.get("name").asString().equals("thread_name"))
                .forEach(event -> names.put(
                        event.get("pid").asInt() + "/" + event.get("tid").asInt(),
                        event.get("args").get("name").asString()));
        assertThat(names.keySet()).isEqualTo(rows.keySet());
        assertThat(names.values()).contains("main", "fetch").anyMatch(name -> name.startsWith("penstock-decode-"));
    }

    private static void assertNested(String row, List<JsonNode> slices) {
        List<JsonNode> outerFirst = slices.stream()
                .sorted(Comparator.comparingLong((JsonNode slice) -> nanos(slice, "ts"))
                        .thenComparing(Comparator.comparingLong((JsonNode slice) -> nanos(slice, "dur"))
                                .reversed()))
                .toList();
        List<Long> openEnds = new ArrayList<>();
        for (JsonNode slice : outerFirst) {
            long start = nanos(slice, "ts");
            long end = start + nanos(slice, "dur");
            openEnds.removeIf(open -> open <= start);
            assertThat(openEnds).as("%s on row %s", slice, row).allMatch(open -> open >= end);
            openEnds.add(end);
        }
    }

    private static long nanos(JsonNode slice, String microseconds) {
        return Math.round(slice.get(microseconds).asDouble() * 1e3);
    }

    @Test
    void anArrowLeadsFromDecodingABatchToItsUse() {
        Map<String, List<JsonNode>> ends = trace.get("traceEvents")
                .valueStream()
                .filter(event -> event.get("name").asString().equals("batch"))
                .collect(Collectors.groupingBy(event -> event.get("id").asString()));

        assertThat(ends).isNotEmpty().allSatisfy((id, arrow) -> {
            assertThat(arrow).extracting(end -> end.get("ph").asString()).containsExactly("s", "f");
            assertThat(arrow).extracting(end -> end.get("pid").asInt()).containsExactly(LOADER, rank(id));
            assertThat(arrow).extracting(end -> nanos(end, "ts")).isSorted();
        });
        assertThat(ends.keySet())
                .isSubsetOf(IntStream.range(2 * FIRST, 2 * END)
                        .mapToObj(each -> each % 2 + "/" + each / 2)
                        .toList());
    }

    private static int rank(String batch) {
        return Integer.parseInt(batch.substring(0, batch.indexOf('/')));
    }

    @Test
    void whatAnEarlierProfileLeftIsNotTakenForThisOne() throws IOException {
        Path again = Files.createDirectories(directory.resolve("again"));
        for (String left : List.of("profile-rank-0.jfr", "profile-rank-1.jfr", "profile-loader.jfr", "profile.json")) {
            Files.writeString(again.resolve(left), "of a run on two ranks with one loader");
        }

        // A rank that calibrates loads for itself.
        CommandRun run = train("again", "--ranks=1", "--calibrate=4", "--profile=" + FIRST + ":" + END);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(slices(trace("again"), "decode"))
                .isNotEmpty()
                .extracting(slice -> slice.get("pid").asInt())
                .containsOnly(0);
        assertThat(again.resolve("profile-rank-0.jfr")).isNotEmptyFile();
        assertThat(again.resolve("profile-rank-1.jfr")).doesNotExist();
        assertThat(again.resolve("profile-loader.jfr")).doesNotExist();
    }

    @Test
    void aWindowOutsideOfTheRunIsRefusedBeforeAnythingIsTrained() {
        CommandRun beyond = train("refused", "--profile=25:31");
        CommandRun inverted = train("refused", "--profile=20:10");
        CommandRun empty = train("refused", "--profile=10:10");
        CommandRun words = train("refused", "--profile=all");

        assertThat(beyond.err())
                .contains(
                        "profiling failed: profile=25:31, steps=30; name steps of the run, which ends before step 30");
        assertThat(List.of(inverted, empty, words))
                .allSatisfy(
                        run -> assertThat(run.err()).contains("--profile", "write FIRST:END with FIRST before END"));
        assertThat(List.of(beyond, inverted, empty, words))
                .extracting(CommandRun::exitCode)
                .containsOnly(ExitCode.WRONG_USAGE);
        assertThat(directory.resolve("refused").resolve("metrics.jsonl")).doesNotExist();
    }

    @Test
    void aRunThatGoesOnAfterTheWindowLeavesItsProfileAlone() throws IOException {
        byte[] first = profile("run");

        CommandRun again = train("run", "--ranks=2", "--profile=" + FIRST + ":" + END);

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(profile("run")).isEqualTo(first);
    }
}
