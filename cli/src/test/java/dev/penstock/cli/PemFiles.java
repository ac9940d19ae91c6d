package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;

/// A certificate and its key, as the JDK's `keytool` makes them.
record PemFiles(Path certificate, Path key) {

    private static final String PASSWORD = "changeit";

    static PemFiles in(Path directory) throws Exception {
        Path store = directory.resolve("keys.p12");
        int made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "penstock",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .start()
                .waitFor();
        assertThat(made).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        PemFiles files = new PemFiles(directory.resolve("cert.pem"), directory.resolve("key.pem"));
        write(files.certificate, "CERTIFICATE", keys.getCertificate("penstock").getEncoded());
        write(
                files.key,
                "PRIVATE KEY",
                keys.getKey("penstock", PASSWORD.toCharArray()).getEncoded());
        Files.setPosixFilePermissions(files.key, PosixFilePermissions.fromString("rw-------"));
        return files;
    }

    private static void write(Path file, String what, byte[] encoded) throws Exception {
        Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        Files.writeString(
                file,
                "-----BEGIN " + what + "-----\n" + lines.encodeToString(encoded) + "\n-----END " + what + "-----\n");
    }
}
