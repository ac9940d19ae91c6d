package dev.penstock.daemon.http;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Where the daemon answers over TCP, and to whom.
///
/// @param address resolved; port 0 takes any that is free
/// @param tls without which only this host is answered
/// @param token without which only this host is answered, and nobody may do more than look
public record HttpConfig(InetSocketAddress address, Optional<TlsFiles> tls, Optional<BearerToken> token) {

    /// Fails with a [ConfigurationException] when other hosts could reach the endpoint in the clear or without a token.
    public HttpConfig {
        if (!address.getAddress().isLoopbackAddress() && (tls.isEmpty() || token.isEmpty())) {
            throw new ConfigurationException(FailureMessage.of("configuring HTTP")
                    .with("http", address.getHostString() + ":" + address.getPort())
                    .with("tls", tls.isPresent() ? "set" : "none")
                    .with("token", token.isPresent() ? "set" : "none")
                    .remedy("other hosts are answered with --tls-cert, --tls-key and --token-file only; or listen on"
                            + " 127.0.0.1"));
        }
    }
}
