package dev.penstock.cli.option;

import dev.penstock.daemon.http.BearerToken;
import dev.penstock.daemon.http.HttpConfig;
import dev.penstock.daemon.http.TlsFiles;
import dev.penstock.daemon.server.DaemonConfig;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.memory.PageLocking;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options of the daemon beside its tiers; a YAML file may say the same.
public final class ServeOptions {

    @Option(
            names = ConfigFile.OPTION,
            paramLabel = "FILE.yaml",
            description = "Read options from a file, by their names without dashes; the command line wins.")
    @SuppressWarnings("UnusedVariable") // ConfigFile reads it before these options exist
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Where to listen; for this user and root alone. Default: PENSTOCK_SOCKET, else the user's"
                    + " runtime directory; here ${DEFAULT-VALUE}.")
    private Path socket = SocketPath.ofUser();

    @Option(
            names = "--slots",
            paramLabel = "SIZE",
            description = "Page-locked memory of one stream, where its client does not say. Default: ${DEFAULT-VALUE}.")
    private ByteSize slots = new ByteSize(64L << 20);

    @Option(
            names = "--slot-budget",
            paramLabel = "SIZE",
            description = "Limit of that memory over all streams. Default: ${DEFAULT-VALUE}.")
    private ByteSize slotBudget = new ByteSize(1L << 30);

    @Option(
            names = "--lock",
            paramLabel = "off|best-effort|required",
            description = "Whether slots must be locked in memory. Default: best-effort.")
    private PageLocking lock = PageLocking.BEST_EFFORT;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            description = "Answer /health, /ready, /metrics and /v1 there; HOST is 127.0.0.1 where only a PORT is"
                    + " stated, and another host's only with TLS and a token. Default: off.")
    private Optional<InetSocketAddress> http = Optional.empty();

    @Option(names = "--tls-cert", paramLabel = "FILE.pem", description = "Certificate of --http, and its chain.")
    private Optional<Path> tlsCertificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE.pem", description = "Key of --tls-cert, in PKCS #8.")
    private Optional<Path> tlsKey = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The token that --http asks of everybody but probes; closed to other users.")
    private Optional<Path> tokenFile = Optional.empty();

    /// What the daemon may use.
    public DaemonConfig daemon(CacheOptions caching) {
        return new DaemonConfig(
                socket.toAbsolutePath(), caching.cache(), caching.fetch(), slotBudget.bytes(), slots.bytes(), lock);
    }

    /// Where it answers over TCP; reads the token. Fails where an option lacks another one.
    public Optional<HttpConfig> http() {
        if (http.isEmpty() && (tlsCertificate.isPresent() || tlsKey.isPresent() || tokenFile.isPresent())) {
            throw alone("--tls-cert, --tls-key and --token-file", "--http");
        }
        if (tlsCertificate.isPresent() != tlsKey.isPresent()) {
            throw tlsKey.isEmpty() ? alone("--tls-cert", "--tls-key") : alone("--tls-key", "--tls-cert");
        }
        return http.map(address -> new HttpConfig(
                address,
                tlsCertificate.map(certificate -> new TlsFiles(certificate, tlsKey.orElseThrow())),
                tokenFile.map(BearerToken::read)));
    }

    private static ConfigurationException alone(String stated, String missing) {
        return new ConfigurationException(FailureMessage.of("configuring HTTP")
                .with("missing", missing)
                .remedy(stated + " mean nothing without " + missing + "; state it too"));
    }
}
