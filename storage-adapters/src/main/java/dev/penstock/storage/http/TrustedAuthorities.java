package dev.penstock.storage.http;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.util.Map;
import javax.net.ssl.SSLException;
import reactor.netty.tcp.SslProvider;

/// Whose certificates are accepted. Host names are verified always.
///
/// Built for each store and not taken from Reactor Netty's defaults, which keep the first trust store they saw.
public record TrustedAuthorities(SslContext context) {

    private static final String BUNDLE = "AWS_CA_BUNDLE";

    /// Those of the JDK's trust store.
    public static TrustedAuthorities ofJdk() {
        return of("");
    }

    /// Those of the PEM file that `AWS_CA_BUNDLE` names, as for the other AWS tools, in place of the JDK's.
    public static TrustedAuthorities ofAwsTools(Map<String, String> environment) {
        return of(environment.getOrDefault(BUNDLE, ""));
    }

    private static TrustedAuthorities of(String bundle) {
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        try {
            if (!bundle.isEmpty()) {
                builder.trustManager(new File(bundle));
            }
            return new TrustedAuthorities(builder.build());
        } catch (SSLException | IllegalArgumentException failure) {
            throw new ConfigurationException(
                    FailureMessage.of("loading certificate authorities")
                            .with(BUNDLE, bundle)
                            .remedy("name a readable file of PEM certificates, or unset " + BUNDLE),
                    failure);
        }
    }

    void configure(SslProvider.SslContextSpec spec) {
        spec.sslContext(context);
    }
}
