package dev.penstock.cli.doctor;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Every check, in the order in which they are read.
///
/// @param environment of the process
/// @param home of the user
public record Checkup(Map<String, String> environment, Path home) {

    public static Checkup ofThisProcess() {
        return new Checkup(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    public List<Finding> run() {
        FileChecks files = new FileChecks(environment, home);
        return Stream.<Supplier<Finding>>of(
                        RuntimeChecks::jdk,
                        RuntimeChecks::nativeAccess,
                        RuntimeChecks::platform,
                        RuntimeChecks::cores,
                        RuntimeChecks::gpu,
                        MemoryChecks::available,
                        MemoryChecks::locking,
                        MemoryChecks::hugePages,
                        files::diskSpace,
                        files::natives,
                        files::awsCredentials,
                        files::maven)
                .map(Supplier::get)
                .toList();
    }
}
