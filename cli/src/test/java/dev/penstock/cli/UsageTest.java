package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Wrong usage ends in one line that says what is wrong, and exit code 2.
class UsageTest {

    @TempDir
    private Path directory;

    private static void assertRefused(CommandRun run, String... said) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).hasLineCount(1).startsWith("penstock: ").contains(said);
    }

    @Test
    void helpListsEveryCommand() {
        assertThat(CommandRun.done("--help").out())
                .contains("demo", "pack", "index", "plan", "read", "train", "serve", "top", "doctor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "pack", "index", "plan", "read", "train", "serve", "top", "doctor"})
    void everyCommandHasHelpVerboseAndJson(String command) {
        assertThat(CommandRun.done(command, "--help").out())
                .contains("--json", "--verbose", "Usage: penstock " + command);
    }

    @Test
    void noCommandIsRefused() {
        assertRefused(CommandRun.of(), "no command");
    }

    @Test
    void unknownCommandIsRefusedWithTheNearest() {
        assertRefused(CommandRun.of("reed"), "reed", "read");
    }

    @Test
    void aResultForADeviceLeavesTheDeviceInPlace() {
        Path device = Path.of("/dev/full");
        CommandRun run = CommandRun.of("doctor", "--json", device);
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).hasLineCount(1).contains("writing the result failed: file=/dev/full");
        assertThat(Files.isRegularFile(device)).isFalse();
    }

    @Test
    void nonsenseOptionIsNamed() {
        assertRefused(CommandRun.of("read", directory, "--nonsense"), "Unknown option: '--nonsense'");
    }

    @Test
    void missingArgumentIsNamed() {
        assertRefused(CommandRun.of("pack", directory), "DST");
    }

    @ParameterizedTest
    @CsvSource({
        "--ram, 3X",
        "--slots, ''",
        "--block, 5000",
        "--disk, /tmp",
        "--shuffle, k=0",
        "--shuffle, some",
        "--balance, even",
        "--balance, delay=0",
        "--remainder, keep",
        "--cost, euros",
        "--lock, maybe",
        "--hedge, sometimes",
        "--hedge, 1.5",
        "--hedge, 0.05f",
        "--hedge, 0x1p-3",
        "--block, 99999T",
        "--seed, x",
        "--batch, 0",
        "--ranks, 0",
        "--rank, 1",
        "--threads, 0",
        "--connections, 1",
        "--steps, 0",
        "--epochs, 0",
        "--start, -1",
        "--max-tokens, 0"
    })
    void everyBadValueIsRefusedBeforeAnyDataIsTouched(String option, String value) {
        CommandRun run = CommandRun.of("read", directory.resolve("nowhere"), option + "=" + value);

        assertRefused(run, value);
    }

    @ParameterizedTest
    @CsvSource({
        "--batch, 0",
        "--start, -1",
        "--block, 5000",
        "--block, 99999T",
        "--ram, 1",
        "--slots, 1",
        "--threads, 0",
        "--connections, 1",
        "--rank, 1",
        "--ranks, 0",
        "--balance, delay=1000000",
        "--steps, 0",
        "--epochs, 0"
    })
    void refusedValueIsNamedAsItWasTyped(String option, String value) {
        CommandRun run = CommandRun.of("read", directory.resolve("nowhere"), option + "=" + value);

        assertRefused(run, "option=" + option.substring(2) + ",");
    }

    @Test
    void schemeWithoutStoreIsRefusedWithTheKnownOnes() {
        assertRefused(CommandRun.of("read", "ftp://host/data"), "scheme=ftp", "file");
    }

    @Test
    void failureShowsItsStackOnlyWhenAsked() {
        CommandRun quiet = CommandRun.of("read", directory.resolve("nowhere"));
        CommandRun verbose = CommandRun.of("read", directory.resolve("nowhere"), "--verbose");

        assertThat(quiet.err()).hasLineCount(1);
        assertThat(verbose.err()).contains("LoaderConfig[", "ObjectMissingException", "\tat dev.penstock.");
        assertThat(verbose.exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void yamlWithUnknownKeyIsRefusedWithTheNearest() throws IOException {
        Path yaml = Files.writeString(directory.resolve("c.yaml"), "seed: 7\nbatsh: 3\n");

        assertRefused(
                CommandRun.of("read", directory, "--config", yaml), "unknown=batsh", "did you mean 'batch'?", "c.yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: [", "- 1", "seed: [1, 2]", "seed: 1\nseed: 2", "batch: many"})
    void malformedYamlIsRefused(String text) throws IOException {
        Path yaml = Files.writeString(directory.resolve("c.yaml"), text);

        assertRefused(CommandRun.of("read", directory, "--config", yaml), "");
    }

    @Test
    void unknownRecipeIsRefused() {
        assertRefused(CommandRun.of("train", "huge-lm", directory), "recipe=huge-lm", "known=byte-lm");
    }

    @Test
    void recipeWithUnknownKeyIsRefusedWithTheNearest() throws IOException {
        Path yaml = Files.writeString(directory.resolve("r.yaml"), "layer: 3\n");

        assertRefused(CommandRun.of("train", yaml, directory), "unknown=layer", "did you mean 'layers'?");
    }

    @Test
    void rankOfATrainingIsTheEnvironmentsToSay() {
        assertRefused(CommandRun.of("train", "byte-lm", directory, "--ranks", 2, "--rank", 1), "--rank");
    }

    @Test
    void overlongPolicyNeedsALength() {
        assertRefused(CommandRun.of("index", directory, "--overlong", "drop"), "--max-length");
    }
}
