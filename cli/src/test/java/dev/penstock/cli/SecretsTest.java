package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Passwords and tokens that stand in a location, or where one was mistyped, are not printed.
class SecretsTest {

    private static final String URL = "https://user:SEKRETPW@host.invalid/data.zip?a=1,b='2'&token=SEKRETTOKEN";

    @TempDir
    private Path directory;

    static Stream<List<String>> misplaced() {
        return Stream.of(
                List.of("pack", URL, "file:DIR/new"),
                List.of("pack", "DIR", URL),
                List.of("read", URL),
                List.of("read", "//user:SEKRETPW@127.0.0.1/x"),
                List.of("read", "file://user:SEKRETPW@host/x"),
                List.of("read", "DIR", "--json", URL),
                List.of("read", "DIR", "--trace", URL),
                List.of("read", "DIR", "--config", URL),
                List.of("read", "DIR", "--config", "//user:SEKRETPW@127.0.0.1/x"),
                List.of("read", "DIR", "--disk", URL),
                List.of("read", "DIR", "--disk", URL + ":1G"),
                List.of("read", "DIR", "--disk", "//user:SEKRETPW@127.0.0.1/x"),
                List.of("read", "DIR", "--ram", URL),
                List.of("read", "DIR", "--tokn=SEKRET"),
                List.of("read", "DIR", "--tokn", "SEKRET"),
                List.of("read", "DIR", URL),
                List.of("plan", "DIR", "--html", URL),
                List.of("train", "byte-lm", "DIR", "--run", URL));
    }

    private CommandRun run(List<String> arguments, String... more) {
        return CommandRun.of(Stream.concat(arguments.stream(), Stream.of(more))
                .map(argument -> argument.replace("DIR", directory.toString()))
                .toArray());
    }

    @ParameterizedTest
    @MethodSource("misplaced")
    void neitherTheMessageNorTheStackHasASecret(List<String> arguments) {
        for (CommandRun run : List.of(run(arguments), run(arguments, "--verbose"))) {
            assertThat(run.exitCode()).isNotZero();
            assertThat(run.out() + run.err()).contains("penstock: ").doesNotContain("SEKRET");
        }
    }

    @Test
    void packNamesASourceThatIsNotOfThisHostAndSaysWhatIsWanted() {
        CommandRun run = CommandRun.of("pack", URL, directory.resolve("new"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err())
                .contains("value=https://…@host.invalid/data.zip?…; name a file or directory of this host")
                .hasLineCount(1);
    }

    @Test
    void aMistypedOptionIsNamedWithoutItsValue() {
        assertThat(CommandRun.of("read", directory, "--tokn=SEKRET").err()).contains("Unknown option: '--tokn'");
    }

    @Test
    void helpOnAddressesSurvivesTheMask() {
        assertThat(CommandRun.of("read", URL).err()).contains("?TOKEN, without user, password or fragment");
    }
}
