package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of lengths, costs and ranks that make no sense, or hardly any.
class BadLengthsTest {

    @TempDir
    private Path directory;

    private CommandRun plan(String lengths, Object... options) throws IOException {
        return run("plan", Files.writeString(directory.resolve("lengths.txt"), lengths), options);
    }

    private static CommandRun run(String command, Path lengths, Object... options) {
        Object[] arguments = new Object[options.length + 3];
        arguments[0] = command;
        arguments[1] = "--lengths";
        arguments[2] = lengths;
        System.arraycopy(options, 0, arguments, 3, options.length);
        return CommandRun.of(arguments);
    }

    private static void assertRefused(CommandRun run, int exitCode, String... words) {
        assertThat(run.err()).contains(words).hasLineCount(1);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    }

    @Test
    void zeroLengthsArePlannedInEveryLayout() throws IOException {
        for (String layout : List.of("packed", "padded", "fixed=4", "bucket=4,8")) {
            CommandRun run = plan("0\n0\n0\n5\n0\n", "--batch", 5, "--ranks", 2, "--layout", layout);
            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        }
        assertThat(plan("0\n0\n", "--batch", 2, "--ranks", 2).exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void negativeLengthIsNamedByItsLine() throws IOException {
        assertRefused(plan("4\n-1\n"), ExitCode.FAILED, "line=2", "found='-1'");
    }

    @Test
    void lengthBeyondAnIntIsNamedByItsLine() throws IOException {
        assertRefused(plan("4\n3000000000\n"), ExitCode.FAILED, "line=2", "found='3000000000'");
    }

    @Test
    void emptyFileIsRefused() throws IOException {
        assertRefused(plan(""), ExitCode.FAILED, "reading lengths failed", "lines=0; write one length per line");
    }

    @Test
    void fileThatIsNoTextIsRefused() throws IOException {
        Path binary = Files.write(directory.resolve("lengths.bin"), new byte[] {'7', '\n', (byte) 0xC3, (byte) 0x28});
        assertRefused(run("plan", binary), ExitCode.FAILED, "no UTF-8", "write one length per line");
    }

    @Test
    void sampleAboveTheCapIsRefusedInEveryLayout() throws IOException {
        for (String layout : List.of("packed", "padded", "fixed=4", "bucket=4,8")) {
            for (String balance : List.of("off", "exact")) {
                CommandRun run =
                        plan("3\n9\n", "--batch", 2, "--max-tokens", 8, "--layout", layout, "--balance", balance);
                assertRefused(run, ExitCode.WRONG_USAGE, "length=9, maxTokens=8", "--max-length 8");
            }
        }
    }

    @Test
    void sampleOfALaterStepIsRefusedBeforeTheFirst() throws IOException {
        for (String[] option :
                new String[][] {{"--max-tokens", "8"}, {"--layout", "bucket=4,8"}, {"--layout", "fixed=8,refuse"}}) {
            CommandRun run = plan("3\n3\n9\n", "--batch", 1, "--steps", 1, option[0], option[1]);
            assertRefused(run, ExitCode.WRONG_USAGE, "=9");
        }
        CommandRun splitting = plan("3\n3\n9\n", "--batch", 1, "--steps", 1, "--layout", "fixed=8");
        assertThat(splitting.exitCode()).as(splitting.err()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void readingRefusesTheLongestSampleBeforeTheFirstStep() throws IOException {
        Path files = Files.createDirectories(directory.resolve("files"));
        for (int i = 0; i < 9; i++) {
            Files.write(files.resolve(i + ".txt"), new byte[i == 8 ? 9 : 3]);
        }
        Path shards = directory.resolve("shards");
        CommandRun.done("pack", files, shards);
        Path trace = directory.resolve("trace");
        Object[] read = {
            "read", shards, "--batch", 1, "--steps", 1, "--shuffle", "none", "--max-tokens", 8, "--trace", trace
        };

        assertRefused(CommandRun.of(read), ExitCode.WRONG_USAGE, "length=9, maxTokens=8", "raise --max-tokens");
        read[9] = 9;
        CommandRun.done(read);
    }

    @Test
    void sampleThatFitsNoRowIsRefused() throws IOException {
        assertRefused(
                plan("3\n9\n", "--layout", "fixed=8,refuse"), ExitCode.WRONG_USAGE, "elements=9", "fixed=8 to split");
        assertRefused(plan("3\n9\n", "--layout", "bucket=4,8"), ExitCode.WRONG_USAGE, "elements=9", "add a bucket");
    }

    @Test
    void costsThatOverflowAreRefused() throws IOException {
        Path steep = Files.writeString(directory.resolve("steep.yaml"), "beta: 4611686018427387904\n");
        assertRefused(plan("3\n9\n", "--cost", steep), ExitCode.WRONG_USAGE, "exceeds 64 bits");
        Path dear = Files.writeString(directory.resolve("dear.yaml"), "gamma: 4611686018427387904\n");
        assertRefused(plan("3\n9\n", "--batch", 2, "--cost", dear), ExitCode.WRONG_USAGE, "sum exceeds 64 bits");
    }

    @Test
    void moreRanksThanSamplesLeaveRanksWithoutSamplesButNotWithoutSteps() throws IOException {
        assertThat(plan("4\n2\n", "--batch", 2, "--ranks", 5).out())
                .contains("2 samples leave 3 of 5 ranks idle: only a larger global batch or fewer ranks helps");

        Path shards = SmallDataset.packed(directory);
        for (String layout : List.of("packed", "padded", "fixed=450", "bucket=50,450")) {
            for (String balance : List.of("off", "exact", "delay=2")) {
                Path trace = directory.resolve("trace.jsonl");
                CommandRun.done(
                        "read",
                        shards,
                        "--batch",
                        7,
                        "--ranks",
                        9,
                        "--epochs",
                        1,
                        "--layout",
                        layout,
                        "--balance",
                        balance,
                        "--trace",
                        trace);
                Map<Integer, Set<Long>> stepsOfRanks = new HashMap<>();
                TraceLine.read(trace)
                        .forEach(line -> stepsOfRanks
                                .computeIfAbsent(line.rank(), _ -> new TreeSet<>())
                                .add(line.step()));
                assertThat(stepsOfRanks).as("%s, %s", layout, balance).hasSize(9);
                assertThat(Set.copyOf(stepsOfRanks.values()))
                        .as("%s, %s", layout, balance)
                        .hasSize(1);
            }
        }
    }
}
