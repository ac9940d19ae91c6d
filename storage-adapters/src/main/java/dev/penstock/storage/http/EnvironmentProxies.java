package dev.penstock.storage.http;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The proxies that the environment names: `HTTPS_PROXY` and `HTTP_PROXY` by the scheme of the target, unless
/// `NO_PROXY` lists its host, a domain above it, or `*`. Lower-case names come first. Every target is tunnelled to with
/// `CONNECT`, which a proxy may refuse for ports other than 443.
///
/// @param secure for `https` targets
/// @param plain for `http` targets
/// @param direct hosts and domains without a leading dot, in lower case
public record EnvironmentProxies(
        @Nullable HttpProxy secure, @Nullable HttpProxy plain, List<String> direct) {

    public static EnvironmentProxies from(Map<String, String> environment) {
        List<String> direct = Arrays.stream(value(environment, "no_proxy").split(","))
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .map(host -> host.startsWith(".") ? host.substring(1) : host)
                .filter(host -> !host.isEmpty())
                .toList();
        return new EnvironmentProxies(proxy(environment, "https_proxy"), proxy(environment, "http_proxy"), direct);
    }

    /// The proxy to reach a target through; null for a direct connection.
    public @Nullable HttpProxy towards(String scheme, String host) {
        HttpProxy proxy = scheme.equals("https") ? secure : plain;
        return proxy == null || isDirect(host.toLowerCase(Locale.ROOT)) ? null : proxy;
    }

    private boolean isDirect(String host) {
        return direct.stream().anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
    }

    private static @Nullable HttpProxy proxy(Map<String, String> environment, String variable) {
        String text = value(environment, variable);
        if (text.isEmpty()) {
            return null;
        }
        try {
            URI uri = URI.create(text.contains("://") ? text : "http://" + text);
            if (uri.getScheme().equalsIgnoreCase("http") && uri.getHost() != null && uri.getPort() > 0) {
                return HttpProxy.at(uri);
            }
        } catch (IllegalArgumentException _) {
            // Neither the value nor the parser's message may be shown: a proxy's address can hold a password.
        }
        throw new ConfigurationException(FailureMessage.of("reading the proxy settings")
                .with("variable", variable)
                .remedy("write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"));
    }

    private static String value(Map<String, String> environment, String variable) {
        String upper = environment.getOrDefault(variable.toUpperCase(Locale.ROOT), "");
        return environment.getOrDefault(variable, upper);
    }
}
