package dev.penstock.cli;

import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.option.Locations;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RankLostException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// How a failure reaches a person: one line on standard error, the stack with `--verbose`, and an exit code.
final class FailureReport implements IExecutionExceptionHandler, IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException refused, String[] arguments) {
        CommandLine command = refused.getCommandLine();
        ParameterException shown = refused;
        List<String> suggestions = List.of();
        if (refused instanceof UnmatchedArgumentException unmatched) {
            shown = withoutValues(unmatched);
            suggestions = unmatched.getSuggestions();
        }
        String meant = suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?";
        String help = "; see " + command.getCommandSpec().qualifiedName() + " --help";
        print(command.getErr(), oneLine(shown.getMessage()) + meant + help, shown, Arrays.asList(arguments));
        return ExitCode.WRONG_USAGE;
    }

    /// A mistyped option is named alone: its value, behind it or after it, may be a token.
    private static ParameterException withoutValues(UnmatchedArgumentException unmatched) {
        List<String> options = unmatched.getUnmatched().stream()
                .filter(argument -> argument.startsWith("-"))
                .map(argument -> "'" + argument.replaceFirst("(?s)=.*", "") + "'")
                .toList();
        if (options.isEmpty()) {
            return unmatched;
        }
        ParameterException named = new ParameterException(
                unmatched.getCommandLine(),
                (options.size() == 1 ? "Unknown option: " : "Unknown options: ") + String.join(", ", options));
        named.setStackTrace(unmatched.getStackTrace());
        return named;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        List<String> arguments = parsed == null ? List.of() : parsed.originalArgs();
        String message = failure instanceof PenstockException
                ? oneLine(failure.getMessage())
                : "unexpected: " + firstLine(failure);
        print(command.getErr(), message, failure, arguments);
        return switch (failure) {
            case ConfigurationException _ -> ExitCode.WRONG_USAGE;
            case RankLostException lost
            when lost.exitCode().equals(OptionalInt.of(ExitCode.WRONG_USAGE)) -> ExitCode.WRONG_USAGE;
            case InterruptedException _ -> ExitCode.INTERRUPTED;
            default -> ExitCode.FAILED;
        };
    }

    /// Ends a process whose own threads do not come to report a failure, without waiting for any of them.
    static void halt(PenstockException failure) {
        System.err.println("penstock: " + Locations.withoutSecrets(oneLine(failure.getMessage())));
        Runtime.getRuntime().halt(ExitCode.FAILED);
    }

    private static void print(PrintWriter err, String message, Exception failure, List<String> arguments) {
        err.println("penstock: " + Locations.withoutSecrets(message));
        if (arguments.contains(CommonOptions.VERBOSE)) {
            StringWriter stack = new StringWriter();
            failure.printStackTrace(new PrintWriter(stack));
            err.print(Locations.withoutSecrets(stack.toString()));
        }
        err.flush();
    }

    private static String oneLine(@Nullable String message) {
        return String.valueOf(message).replaceAll("\\s*\\R\\s*", " ");
    }

    /// Of a failure nobody foresaw: native libraries put their stack into the lines that follow.
    private static String firstLine(Exception failure) {
        return failure.toString().lines().findFirst().orElse("");
    }
}
