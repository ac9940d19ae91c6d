package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PlanCommandTest {

    @TempDir
    private Path directory;

    private Path lengths(String... lines) throws IOException {
        return Files.write(directory.resolve("lengths.txt"), List.of(lines));
    }

    private static List<Long> ids(JsonNode node) {
        List<Long> ids = new ArrayList<>();
        node.forEach(id -> ids.add(id.asLong()));
        return ids;
    }

    @Test
    void assignmentsPartitionEveryStepInTheOrderOfTheFile() throws IOException {
        Path json = directory.resolve("p.json");
        CommandRun.done(
                "plan",
                "--lengths",
                lengths("5", "1", "1", "1", "2", "9", "3", "4"),
                "--batch",
                4,
                "--ranks",
                2,
                "--assignments",
                "--json",
                json);

        Map<Long, List<Long>> samples = new HashMap<>();
        for (JsonNode part : ResultFile.read(json).json().get("assignments")) {
            samples.computeIfAbsent(part.get("step").asLong(), step -> new ArrayList<>())
                    .addAll(ids(part.get("ids")));
            assertThat(part.propertyNames()).containsExactly("step", "rank", "microBatch", "ids");
        }
        assertThat(samples.keySet()).containsExactlyInAnyOrder(0L, 1L);
        assertThat(samples.get(0L))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, 4).boxed().toList());
        assertThat(samples.get(1L))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(4, 8).boxed().toList());
    }

    @Test
    void exactBalanceIsBetterThanNoneAndSaysWhatBinds() throws IOException {
        Path json = directory.resolve("p.json");
        CommandRun run = CommandRun.done(
                "plan",
                "--lengths",
                lengths("8", "7", "1", "2", "90", "1", "1", "1"),
                "--batch",
                4,
                "--ranks",
                2,
                "--json",
                json);

        ResultFile result = ResultFile.read(json);
        assertThat(result.value("balance_ratio_off")).isGreaterThan(result.value("balance_ratio_exact"));
        assertThat(result.value("balance_ratio_exact")).isEqualTo(1);
        assertThat(run.out()).contains("largest sample in 1", "mean load in 1", "only delay or splitting helps");
    }

    @Test
    void delayIsComparedAndSaysWhatItDisplaces() throws IOException {
        Path json = directory.resolve("p.json");
        String[] lines = LongStream.range(0, 96)
                .mapToObj(i -> i == 5 || i == 70 ? "60" : "1")
                .toArray(String[]::new);
        CommandRun run = CommandRun.done(
                "plan",
                "--lengths",
                lengths(lines),
                "--batch",
                32,
                "--ranks",
                2,
                "--balance",
                "delay=2",
                "--assignments",
                "--json",
                json);

        ResultFile result = ResultFile.read(json);
        assertThat(result.value("idle_share_delay")).isLessThan(result.value("idle_share_exact"));
        assertThat(result.value("displaced_share_delay")).isGreaterThanOrEqualTo(120.0 / 214);
        assertThat(run.out()).contains("delay=2 displaces", "depends on the number of ranks, 2 here");
        List<Long> planned = new ArrayList<>();
        result.json().get("assignments").forEach(part -> planned.addAll(ids(part.get("ids"))));
        assertThat(planned)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, 96).boxed().toList());
    }

    @Test
    void paddingAndLostRandomnessOfEveryLayoutAreStatedSideBySide() throws IOException {
        Path json = directory.resolve("p.json");
        CommandRun run = CommandRun.done(
                "plan", "--lengths", lengths("8", "5", "3", "8"), "--batch", 4, "--max-tokens", 8, "--json", json);

        ResultFile result = ResultFile.read(json);
        assertThat(result.value("padding_share_packed")).isZero();
        assertThat(result.value("padding_share_padded")).isZero();
        assertThat(result.value("padding_share_fixed")).isZero();
        assertThat(result.value("padding_share_bucket")).isEqualTo(1 - 24.0 / 32);
        assertThat(result.value("micro_batches_per_step_packed")).isEqualTo(3);
        assertThat(result.value("micro_batches_per_step_bucket")).isEqualTo(4);
        assertThat(result.value("effective_batch_share_fixed")).isEqualTo(1);
        assertThat(result.value("displaced_share_padded")).isZero();
        assertThat(run.out()).contains("* packed ", "  padded ", "  fixed=8 ", "  bucket=1,2,4,8 ", "25.0 %");
    }

    @Test
    void nameOfTheFileIsTextOnThePage() throws IOException {
        Path lengths = Files.write(directory.resolve("<script>{text}&.txt"), List.of("8", "7"));
        Path page = directory.resolve("p.html");
        CommandRun.done("plan", "--lengths", lengths, "--batch", 2, "--html", page);

        assertThat(page)
                .content()
                .contains("&lt;script&gt;{text}&amp;.txt</title>")
                .doesNotContain("<script")
                .containsOnlyOnce("samples: 2;");
    }

    @Test
    void planIsDrawnAsAPageThatNeedsNothingElse() throws IOException {
        Path page = directory.resolve("p.html");
        CommandRun.done("plan", "--lengths", lengths("8", "7", "1", "90"), "--batch", 4, "--ranks", 2, "--html", page);

        assertThat(page)
                .content()
                .contains("<svg", "balance exact", "balance delay=8", "only delay or splitting helps")
                .doesNotContain("{y}", "{bars}", "{text}", "src=", "href=", "<script");
    }

    @Test
    void stepsAndStartLimitWhatIsPlanned() throws IOException {
        Path json = directory.resolve("p.json");
        CommandRun.done(
                "plan",
                "--lengths",
                lengths("1", "2", "3", "4"),
                "--batch",
                1,
                "--steps",
                3,
                "--start",
                1,
                "--json",
                json);

        assertThat(ResultFile.read(json).value("steps")).isEqualTo(2);
    }

    @Test
    void longRunIsPlannedForItsFirstStepsOnly() throws IOException {
        Path json = directory.resolve("p.json");
        String[] many = LongStream.range(0, PlanCommand.DEFAULT_STEPS + 5)
                .mapToObj(Long::toString)
                .toArray(String[]::new);
        CommandRun.done("plan", "--lengths", lengths(many), "--batch", 1, "--json", json);

        assertThat(ResultFile.read(json).value("steps")).isEqualTo(PlanCommand.DEFAULT_STEPS);
    }

    @Test
    void datasetIsForecastWithItsCacheAndShuffle() throws IOException {
        Path shards = SmallDataset.packed(directory);
        Path json = directory.resolve("p.json");
        CommandRun.done(
                "plan",
                shards,
                "--batch",
                32,
                "--ranks",
                3,
                "--shuffle",
                "k=1",
                "--ram",
                "16K",
                "--block",
                "4K",
                "--correlation",
                "0.5",
                "--json",
                json);

        ResultFile result = ResultFile.read(json);
        assertThat(result.value("expected_ram_share")).isEqualTo(4 / result.value("blocks"));
        assertThat(result.value("expected_origin_share")).isEqualTo(1 - result.value("expected_ram_share"));
        assertThat(result.value("effective_batch_share")).isBetween(0.01, 0.9);
        assertThat(result.value("open_shards_for_90_percent")).isGreaterThan(1);
        assertThat(result.value("blocks")).isPositive();
    }

    @Test
    void assignmentsAreThoseOfTheStatedRank() throws IOException {
        Path json = directory.resolve("p.json");
        CommandRun.done(
                "plan",
                "--lengths",
                lengths("5", "1", "1", "1", "2", "9", "3", "4"),
                "--batch",
                4,
                "--ranks",
                2,
                "--rank",
                1,
                "--assignments",
                "--json",
                json);

        List<Long> ids = new ArrayList<>();
        for (JsonNode part : ResultFile.read(json).json().get("assignments")) {
            assertThat(part.get("rank").asInt()).isEqualTo(1);
            ids.addAll(ids(part.get("ids")));
        }
        assertThat(ids).containsExactly(1L, 2L, 3L, 4L, 6L, 7L);
    }

    @Test
    void whatBindsIsSaidOfTheChosenWay() throws IOException {
        Path lengths = lengths("9", "7", "2", "2");
        CommandRun exact = CommandRun.done("plan", "--lengths", lengths, "--batch", 4, "--ranks", 2);
        CommandRun off = CommandRun.done("plan", "--lengths", lengths, "--batch", 4, "--ranks", 2, "--balance", "off");

        assertThat(exact.out()).contains("worst step of exact: the fullest rank has 10.00 % more than its lower bound");
        assertThat(off.out()).contains("what binds off: ", "worst step of off: the fullest rank has 60.00 % more");
    }

    @Test
    void delayThatNobodyAskedForIsLeftOutWhereItCannotBePlanned() throws IOException {
        String huge = Integer.toString(Integer.MAX_VALUE);
        Path lengths = lengths(huge, huge, huge, huge);
        Path cost = Files.writeString(directory.resolve("cost.yaml"), "alpha: 2000000000\nbeta: 0\ngamma: 0\n");
        Path json = directory.resolve("p.json");
        Object[] arguments = {
            "plan", "--lengths", lengths, "--batch", 2, "--cost", cost, "--json", json, "--balance", "exact"
        };

        CommandRun run = CommandRun.done(arguments);
        assertThat(run.out()).contains("delay=8 is left out: cost of a window of steps failed", "exceeds 64 bits");
        assertThat(ResultFile.read(json).value("balance_ratio_exact")).isEqualTo(1);
        assertThat(ResultFile.read(json).json().toString()).doesNotContain("idle_share_delay");

        arguments[arguments.length - 1] = "delay=8";
        assertThat(CommandRun.of(arguments).exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    }

    @Test
    void delayThatMakesRanksIdleForLongerIsSaidNotToHelp() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        Object[] alike = {
            "plan",
            "--lengths",
            lengths(IntStream.range(0, 400)
                    .mapToObj(_ -> Integer.toString(random.nextInt(10, 301)))
                    .toArray(String[]::new)),
            "--ranks",
            8,
            "--batch",
            16,
            "--cost",
            "tokens",
            "--balance",
            "delay=24"
        };

        assertThat(CommandRun.done(alike).out())
                .contains("delay=24 does not help here: ranks idle for longer than with exact");
    }

    @Test
    void costsWithoutPaddingAreSaidToBeSo() throws IOException {
        Path lengths = lengths("8", "5", "3", "8");
        String remark = "costs are of samples, not of padding";

        assertThat(CommandRun.done("plan", "--lengths", lengths, "--batch", 4, "--layout", "padded")
                        .out())
                .contains(remark);
        assertThat(CommandRun.done("plan", "--lengths", lengths, "--batch", 4).out())
                .doesNotContain(remark);
    }

    @Test
    void whatCannotWorkIsRefusedBeforeAnythingIsPlanned() throws IOException {
        Path lengths = lengths("1", "2", "3");
        Map<String, List<Object>> refused = new LinkedHashMap<>();
        refused.put("--assignments is written to the result; add --json FILE", List.of("--assignments"));
        refused.put("correlation=2.0; --correlation must be from 0 to 1", List.of("--correlation", 2));
        refused.put("correlation=NaN; --correlation must be from 0 to 1", List.of("--correlation", "NaN"));
        refused.put("name a file in a directory that exists", List.of("--html", directory.resolve("none/p.html")));
        refused.put("option=steps, value=0, wanted=at least 1", List.of("--steps", 0));
        refused.put("option=batch, value=2147483647, wanted=from 1 to 16777216", List.of("--batch", 2147483647));
        refused.put("start=9223372036854775807, steps=1", List.of("--start", Long.MAX_VALUE));
        refused.put("delay=N with N from 1 to 2147483646", List.of("--balance", "delay=2147483647"));
        refused.put(
                "value=2147483647 steps of 64 samples that trade them, wanted=16777216 samples at most",
                List.of("--balance", "delay=2147483646"));
        refused.forEach((message, options) -> {
            List<Object> arguments = new ArrayList<>(List.of("plan", "--lengths", lengths));
            arguments.addAll(options);

            CommandRun run = CommandRun.of(arguments.toArray());

            assertThat(run.exitCode()).as(message).isEqualTo(ExitCode.WRONG_USAGE);
            assertThat(run.err()).contains(message);
            assertThat(run.out()).isEmpty();
        });
    }

    @Test
    void lineThatIsNoLengthIsNamed() throws IOException {
        CommandRun run = CommandRun.of("plan", "--lengths", lengths("1", "two"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("line=2", "found='two'");
    }

    @Test
    void datasetAndLengthsTogetherAreRefused() throws IOException {
        CommandRun both = CommandRun.of("plan", directory, "--lengths", lengths("1"));
        CommandRun neither = CommandRun.of("plan");

        assertThat(List.of(both.exitCode(), neither.exitCode())).containsOnly(ExitCode.WRONG_USAGE);
        assertThat(both.err()).contains("one of the two");
    }

    @Test
    void startBehindTheEndIsRefused() throws IOException {
        CommandRun run = CommandRun.of("plan", "--lengths", lengths("1"), "--batch", 1, "--start", 5);

        assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    }

    @Test
    void equalMicroBatchCountsAreInTheAssignmentsOfEveryRank() throws IOException {
        Path json = directory.resolve("p.json");
        Object[] arguments = {
            "plan",
            "--lengths",
            lengths("10", "10", "10", "4", "4", "4", "2", "1"),
            "--batch",
            4,
            "--ranks",
            3,
            "--max-tokens",
            10,
            "--assignments",
            "--json",
            json,
            "--micro-batches",
            "free"
        };
        CommandRun.done(arguments);
        assertThat(microBatchCounts(json, 3)).containsExactly(List.of(1, 1, 2), List.of(1, 1, 1));

        arguments[arguments.length - 1] = "equal";
        CommandRun.done(arguments);
        assertThat(microBatchCounts(json, 3)).containsExactly(List.of(2, 2, 2), List.of(1, 1, 1));
    }

    /// By step, how many micro-batches each rank has, ascending.
    private static List<List<Integer>> microBatchCounts(Path json, int ranks) throws IOException {
        Map<Long, int[]> counts = new TreeMap<>();
        for (JsonNode part : ResultFile.read(json).json().get("assignments")) {
            counts.computeIfAbsent(part.get("step").asLong(), _ -> new int[ranks])[
                    part.get("rank").asInt()]++;
        }
        return counts.values().stream()
                .map(step -> Arrays.stream(step).sorted().boxed().toList())
                .toList();
    }

    @Test
    void paddingForecastIsWhatIsDelivered() throws IOException {
        Path shards = SmallDataset.packed(directory);
        for (String balance : List.of("off", "exact", "delay=2")) {
            for (String layout : List.of("packed", "padded", "fixed=450", "fixed=100", "bucket=50,150,450")) {
                Path planned = directory.resolve("planned.json");
                Path read = directory.resolve("read.json");
                List<Object> options = List.of(
                        "--batch",
                        32,
                        "--ranks",
                        3,
                        "--epochs",
                        1,
                        "--max-tokens",
                        900,
                        "--balance",
                        balance,
                        "--layout",
                        layout,
                        "--micro-batches",
                        "equal");
                CommandRun.done(arguments("plan", shards, options, planned));
                CommandRun.done(arguments("read", shards, options, read));

                String kind = layout.replaceAll("=.*", "");
                assertThat(ResultFile.read(planned).value("padding_share_" + kind))
                        .as("%s, %s", layout, balance)
                        .isEqualTo(ResultFile.read(read).value("padding_share"));
            }
        }
    }

    private static Object[] arguments(String command, Path shards, List<Object> options, Path json) {
        List<Object> arguments = new ArrayList<>(List.of(command, shards));
        arguments.addAll(options);
        arguments.addAll(List.of("--json", json));
        return arguments.toArray();
    }
}
