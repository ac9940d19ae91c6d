package dev.penstock.daemon.http;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/// A certificate and its key, in PEM files. They are read when the endpoint opens.
///
/// @param certificate the server's, and those that lead to its authority after it
/// @param key in PKCS #8, without a password; closed to other users
public record TlsFiles(Path certificate, Path key) {

    /// TLS 1.2 and 1.3; fails with a [ConfigurationException][dev.penstock.error.ConfigurationException] that names the
    /// file.
    SslContext context() {
        if (!Files.isReadable(certificate)) {
            throw SecretFile.refused(
                    "tls-cert", certificate, "a file that cannot be read", "name the PEM file of a certificate", null);
        }
        SecretFile.requirePrivate("tls-key", key);
        try {
            return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (SSLException | IllegalArgumentException unusable) {
            // The parser's message may quote what it parsed.
            throw SecretFile.refused(
                    "tls-key",
                    key,
                    "no pair with tls-cert=" + certificate,
                    "name PEM files of a certificate and its key; `openssl pkcs8 -topk8 -nocrypt` converts one",
                    null);
        }
    }
}
