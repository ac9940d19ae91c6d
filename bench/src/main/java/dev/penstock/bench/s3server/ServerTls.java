package dev.penstock.bench.s3server;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/// A certificate that nobody but its owner vouches for, and TLS under it.
///
/// @param certificatePem what a client must trust
record ServerTls(SslContext context, String certificatePem) {

    static ServerTls selfSigned() {
        try {
            X509Bundle bundle = new CertificateBuilder()
                    .subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            SslContext context = SslContextBuilder.forServer(bundle.toKeyManagerFactory())
                    .sslProvider(SslProvider.JDK)
                    .build();
            return new ServerTls(context, bundle.getCertificatePathPEM());
        } catch (Exception refused) {
            throw new IllegalStateException("making a certificate failed", refused);
        }
    }
}
