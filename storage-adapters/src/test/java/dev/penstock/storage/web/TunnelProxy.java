package dev.penstock.storage.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A proxy on this host that tunnels `CONNECT` and remembers what it was asked.
final class TunnelProxy implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> lines = new CopyOnWriteArrayList<>();

    TunnelProxy() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    String address() {
        return "localhost:" + server.getLocalPort();
    }

    /// Every line of every `CONNECT`.
    List<String> lines() {
        return lines;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> tunnel(client));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void tunnel(Socket client) {
        try (client) {
            // A client waits for the answer before it sends more, so the reader holds nothing of what follows.
            BufferedReader head =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            String request = head.readLine();
            for (String line = request; !line.isEmpty(); line = head.readLine()) {
                lines.add(line);
            }
            URI target = URI.create("tcp://" + request.split(" ", -1)[1]);
            try (Socket server = new Socket(target.getHost(), target.getPort())) {
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                Thread back = Thread.ofVirtual().start(() -> copy(server, client));
                copy(client, server);
                back.join();
            }
        } catch (IOException | InterruptedException _) {
            // one of the ends hung up
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException _) {
            // one of the ends hung up
        }
    }
}
