package dev.penstock.storage.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;

/// An HTTP proxy on this host that opens a tunnel for every `CONNECT`, and remembers what it was asked.
public final class TunnelProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final ToIntFunction<String> targetPort;
    private final List<String> heads = new CopyOnWriteArrayList<>();

    private TunnelProxy(ServerSocket listener, ToIntFunction<String> targetPort) {
        this.listener = listener;
        this.targetPort = targetPort;
    }

    /// Tunnels to the port of this host that it is asked for.
    public static TunnelProxy start() throws IOException {
        return start(authority -> Integer.parseInt(authority.substring(authority.indexOf(':') + 1)));
    }

    /// Tunnels to one port of this host, whatever it is asked for.
    public static TunnelProxy to(int targetPort) throws IOException {
        return start(_ -> targetPort);
    }

    private static TunnelProxy start(ToIntFunction<String> targetPort) throws IOException {
        TunnelProxy proxy = new TunnelProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), targetPort);
        Thread.ofVirtual().start(proxy::accept);
        return proxy;
    }

    /// Where it listens, as `HOST:PORT`.
    public String address() {
        return "localhost:" + listener.getLocalPort();
    }

    /// The `CONNECT` requests so far, with their headers.
    public List<String> heads() {
        return heads;
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> tunnel(client));
            } catch (IOException _) {
                // The listener was closed.
            }
        }
    }

    private void tunnel(Socket client) {
        try (client) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) client.getInputStream().read());
            }
            heads.add(head.toString());
            int port = targetPort.applyAsInt(head.toString().split(" ", -1)[1]);
            try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.getOutputStream().write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(ISO_8859_1));
                Thread back = Thread.ofVirtual().start(() -> copy(target, client));
                copy(client, target);
                back.join();
            }
        } catch (IOException | InterruptedException _) {
            // The client's side of it is what a test looks at.
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException _) {
            // Closed by one of the two ends.
        }
    }
}
