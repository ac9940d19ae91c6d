package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.RankLostException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class FailureReportTest {

    @ParameterizedTest
    @CsvSource({"2, 2", "1, 1", "137, 1"})
    void wrongUsageInARankIsWrongUsageOfTheRun(int rankExitCode, int exitCode) {
        CommandLine command = Main.commandLine();
        command.setErr(new PrintWriter(new StringWriter()));
        RankLostException lost = new RankLostException(FailureMessage.of("local rank"), rankExitCode);

        assertThat(new FailureReport().handleExecutionException(lost, command, command.parseArgs()))
                .isEqualTo(exitCode);
    }
}
