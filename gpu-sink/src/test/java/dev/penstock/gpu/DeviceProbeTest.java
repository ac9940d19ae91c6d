package dev.penstock.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceProbeTest {

    @TempDir
    Path directory;

    @Test
    void alwaysAnswers() {
        assertThat(DeviceProbe.cuda()).isNotNull();
    }

    @Test
    void aLibraryThatIsMissingIsAbsentWithItsReason() {
        assertThat(DeviceProbe.cuda("libpenstock-none.so.1"))
                .isInstanceOfSatisfying(
                        CudaDriver.Absent.class,
                        absent -> assertThat(absent.reason()).startsWith("libpenstock-none.so.1 cannot be loaded"));
    }

    @Test
    void aLibraryThatIsNotTheDriverIsAbsentWithItsReason() {
        assertThat(DeviceProbe.cuda("libc.so.6"))
                .isInstanceOfSatisfying(
                        CudaDriver.Absent.class,
                        absent -> assertThat(absent.reason()).startsWith("libc.so.6 has no cuDriverGetVersion"));
    }

    @Test
    void aDriverIsPresentWithTheVersionItAnswers() throws IOException, InterruptedException {
        assertThat(DeviceProbe.cuda(driver("*v = 12080; return 0;")).toString()).isEqualTo("CUDA 12.8");
    }

    @Test
    void aDriverThatAnswersWithAnErrorIsAbsent() throws IOException, InterruptedException {
        assertThat(DeviceProbe.cuda(driver("return 999;")))
                .isInstanceOfSatisfying(
                        CudaDriver.Absent.class,
                        absent -> assertThat(absent.reason()).endsWith("error 999"));
    }

    /// Compiles a library that answers as the body says.
    private String driver(String body) throws IOException, InterruptedException {
        Path compiler = Path.of("/usr/bin/cc");
        assumeThat(compiler).as("needs a C compiler").isExecutable();
        Path source = Files.writeString(
                directory.resolve("driver.c"), "int cuDriverGetVersion(int *v) { (void) v; " + body + " }");
        Path library = directory.resolve("libdriver.so");
        Process compile = new ProcessBuilder(
                        compiler.toString(), "-shared", "-fPIC", "-o", library.toString(), source.toString())
                .inheritIO()
                .start();
        assertThat(compile.waitFor()).isZero();
        return library.toString();
    }
}
