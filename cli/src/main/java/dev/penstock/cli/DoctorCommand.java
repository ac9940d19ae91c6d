package dev.penstock.cli;

import dev.penstock.cli.doctor.Checkup;
import dev.penstock.cli.doctor.Finding;
import dev.penstock.cli.doctor.Verdict;
import dev.penstock.cli.option.CommonOptions;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Row;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `penstock doctor`: what works on this machine, what works less well, and what does not.
@Command(
        name = "doctor",
        description = "Say what will and will not work here. Fails only where the main job is impossible.")
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        common.requireWritableResult();
        List<Finding> findings = Checkup.ofThisProcess().run();
        for (Finding finding : findings) {
            common.out()
                    .println(Amounts.format(
                            "%-5s %-16s %s: %s",
                            finding.verdict(), finding.subject(), finding.found(), finding.meaning()));
        }
        common.out().flush();
        common.write(common.newResult()
                .row(Row.of("warnings", count(findings, Verdict.WARN), "findings", Better.LOWER))
                .row(Row.of("failures", count(findings, Verdict.FAIL), "findings", Better.LOWER))
                .detail("findings", findings));
        return count(findings, Verdict.FAIL) == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static long count(List<Finding> findings, Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }
}
