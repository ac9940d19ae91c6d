package dev.penstock.cli.doctor;

import dev.penstock.cli.report.Amounts;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Looks for files and the room for them.
///
/// @param environment of the process
/// @param home of the user
record FileChecks(Map<String, String> environment, Path home) {

    /// Shards and disk tier of the demo, and unpacked natives.
    private static final long DEMO_BYTES = 2L << 30;

    private static final List<String> AWS_VARIABLES = List.of(
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_PROFILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI");

    Finding diskSpace() {
        try {
            long free = Files.getFileStore(home).getUsableSpace();
            String found = Amounts.bytes(free) + " free at " + home;
            return free < DEMO_BYTES
                    ? Finding.warn("disk", found, "the demo keeps up to " + Amounts.bytes(DEMO_BYTES) + "; use --dir")
                    : Finding.ok("disk", found, "room for the demo's shards and disk tier");
        } catch (IOException unreadable) {
            return Finding.warn("disk", unreadable.toString(), "the home directory cannot be looked at; use --dir");
        }
    }

    Finding natives() {
        String stated = System.getProperty("org.bytedeco.javacpp.cachedir", "");
        Path cache = stated.isEmpty() ? home.resolve(".javacpp/cache") : Path.of(stated);
        return Files.isDirectory(cache)
                ? Finding.ok("natives cache", cache.toString(), "libtorch may be unpacked already")
                : Finding.ok("natives cache", "none at " + cache, "the first training unpacks 450 MB there");
    }

    /// Names of variables and files only; what is in them is nobody's business.
    Finding awsCredentials() {
        List<String> found = Stream.concat(
                        AWS_VARIABLES.stream().filter(environment::containsKey),
                        Stream.of(".aws/credentials", ".aws/config")
                                .filter(file -> Files.isReadable(home.resolve(file)))
                                .map(file -> "~/" + file))
                .toList();
        return found.isEmpty()
                ? Finding.ok("AWS credentials", "none", "only needed for s3:// data")
                : Finding.ok("AWS credentials", String.join(", ", found), "present; not tried");
    }

    Finding maven() {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .map(directory -> Path.of(directory, "mvn"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(mvn -> Finding.ok("Maven", mvn.toString(), "./penstock rebuilds itself when sources change"))
                .orElseGet(() -> Finding.warn("Maven", "not on PATH", "what is built runs; nothing can be rebuilt"));
    }
}
