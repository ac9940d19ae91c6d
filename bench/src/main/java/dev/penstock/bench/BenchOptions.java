package dev.penstock.bench;

import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.Row;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What every benchmark takes, and how every benchmark ends: a table, the result file, one line to quote, the verdict.
public final class BenchOptions {

    private static final int DONE = 0;
    private static final int GOAL_MISSED = 1;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(names = "--check", description = "Exit with 1 when a goal is missed.")
    private boolean check;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Repetitions; medians and spreads are over them. Default: ${DEFAULT-VALUE}.")
    private int rounds = 7;

    public CommonOptions common() {
        return common;
    }

    public int rounds() {
        return rounds;
    }

    /// Prints and writes the result.
    ///
    /// @param quote the line a person can quote
    /// @return the exit code
    public int conclude(Result result, String quote) {
        return conclude(result, quote, List.of());
    }

    /// The same where something could not be measured here: that is no goal reached.
    ///
    /// @param notRun what, and why
    public int conclude(Result result, String quote, List<String> notRun) {
        PrintWriter out = common.out();
        result.detail("notRun", notRun);
        for (Row row : result.rows()) {
            out.println(line(row));
        }
        notRun.forEach(what -> out.println("NOT RUN: " + what));
        out.println(quote);
        out.flush();
        common.write(result);
        boolean reached = notRun.isEmpty() && result.rows().stream().allMatch(Row::reachesGoal);
        return reached || !check ? DONE : GOAL_MISSED;
    }

    private static String line(Row row) {
        StringBuilder line =
                new StringBuilder(Amounts.format("%-34s %12.4g %s", row.metric(), row.value(), row.unit()));
        double lowest = row.spread().getFirst();
        double highest = row.spread().getLast();
        if (lowest < highest) {
            line.append(Amounts.format("  [%.4g, %.4g]", lowest, highest));
        }
        if (row.control() != null) {
            line.append(Amounts.format("  control %.4g", row.control()));
        }
        if (row.goal() != null) {
            line.append(Amounts.format("  goal %.4g: %s", row.goal(), row.reachesGoal() ? "reached" : "MISSED"));
        }
        return line.toString();
    }
}
