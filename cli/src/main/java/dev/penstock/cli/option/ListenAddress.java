package dev.penstock.cli.option;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where to listen for TCP, as people write it: `HOST:PORT`, `[ADDRESS]:PORT` with colons in the address, or `PORT` on
/// the loopback address.
final class ListenAddress {

    private static final Pattern TEXT = Pattern.compile("(?:(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]]*)):)?(\\d{1,5})");
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MOST_PORT = 0xffff;

    private ListenAddress() {}

    /// The address, resolved; port 0 is any.
    static InetSocketAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > MOST_PORT) {
            throw refused(text, "write HOST:PORT, as in 127.0.0.1:9465, or a port alone", null);
        }
        String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        String stated = host == null || host.isEmpty() ? LOOPBACK : host;
        try {
            return new InetSocketAddress(InetAddress.getByName(stated), Integer.parseInt(matcher.group(3)));
        } catch (UnknownHostException unknown) {
            throw refused(text, "name an address of this host", unknown);
        }
    }

    private static ConfigurationException refused(String text, String remedy, @Nullable Throwable cause) {
        return new ConfigurationException(
                FailureMessage.of("listen address").with("value", text).remedy(remedy), cause);
    }
}
