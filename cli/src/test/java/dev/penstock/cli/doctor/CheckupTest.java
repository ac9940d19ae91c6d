package dev.penstock.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckupTest {

    @TempDir
    private Path home;

    private static Finding of(List<Finding> findings, String subject) {
        return findings.stream()
                .filter(finding -> finding.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void credentialsAreNamedAndNeverShown() throws IOException {
        Files.createDirectories(home.resolve(".aws"));
        Files.writeString(home.resolve(".aws/credentials"), "aws_secret_access_key=hunter2");

        Finding found =
                of(new Checkup(Map.of("AWS_SECRET_ACCESS_KEY", "hunter2", "PATH", ""), home).run(), "AWS credentials");

        assertThat(found.found()).isEqualTo("AWS_SECRET_ACCESS_KEY, ~/.aws/credentials");
        assertThat(found.toString()).doesNotContain("hunter2");
    }

    @Test
    void missingMavenIsAWarning() {
        assertThat(of(new Checkup(Map.of("PATH", home.toString()), home).run(), "Maven")
                        .verdict())
                .isEqualTo(Verdict.WARN);
    }

    @Test
    void everyFindingSaysWhatItMeans() {
        List<Finding> findings = new Checkup(Map.of(), home).run();

        assertThat(findings)
                .extracting(Finding::subject)
                .doesNotHaveDuplicates()
                .contains("JDK", "GPU", "page locking", "huge pages", "disk", "memory", "cores");
        assertThat(findings).allSatisfy(finding -> assertThat(finding.meaning()).isNotBlank());
        assertThat(of(findings, "JDK").verdict()).isEqualTo(Verdict.OK);
    }
}
