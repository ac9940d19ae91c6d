package dev.penstock.storage.http;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.util.Map;
import javax.net.ssl.SSLException;
import reactor.netty.tcp.SslProvider;

/// Whose certificates are accepted: the JDK's trust store, or the authorities of the PEM file that `AWS_CA_BUNDLE`
/// names, in place of it, as for the other AWS tools. Host names are verified always.
record TrustedAuthorities(SslContext context) {

    private static final String BUNDLE = "AWS_CA_BUNDLE";

    static TrustedAuthorities from(Map<String, String> environment) {
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        String bundle = environment.getOrDefault(BUNDLE, "");
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
