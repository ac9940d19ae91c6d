package dev.penstock.storage.http;

import java.net.URI;
import reactor.netty.transport.ProxyProvider;

/// A proxy that connections are tunnelled through with `CONNECT`.
///
/// @param user empty for a proxy that asks for none
record HttpProxy(String host, int port, String user, String password) {

    static HttpProxy at(URI uri) {
        String login = uri.getUserInfo() == null ? "" : uri.getUserInfo();
        int colon = login.indexOf(':');
        return colon < 0
                ? new HttpProxy(uri.getHost(), uri.getPort(), login, "")
                : new HttpProxy(uri.getHost(), uri.getPort(), login.substring(0, colon), login.substring(colon + 1));
    }

    void configure(ProxyProvider.TypeSpec spec) {
        ProxyProvider.Builder proxy =
                spec.type(ProxyProvider.Proxy.HTTP).host(host).port(port);
        if (!user.isEmpty()) {
            proxy.username(user).password(_ -> password);
        }
    }

    /// Without the login.
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
