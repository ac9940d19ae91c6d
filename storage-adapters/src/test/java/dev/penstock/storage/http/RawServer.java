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

/// A listener that answers the heads of requests with the bytes it was given, one connection at a time, and then resets
/// the connection.
public final class RawServer implements AutoCloseable {

    /// First byte of a client that speaks TLS; its greeting has no end that this server knows.
    private static final char TLS_HANDSHAKE = 22;

    private final ServerSocket listener;
    private final List<String> heads = new CopyOnWriteArrayList<>();

    private RawServer(ServerSocket listener) {
        this.listener = listener;
    }

    /// @param answers one per request; the last one also answers every later request
    public static RawServer answering(String... answers) throws IOException {
        RawServer server = new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().start(() -> server.serve(answers));
        return server;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// The heads of the requests so far.
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

    private void serve(String... answers) {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                heads.add(head(socket.getInputStream()));
                String answer = answers[Math.min(heads.size(), answers.length) - 1];
                socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
                socket.setSoLinger(true, 0);
            } catch (IOException _) {
                // The client's side of it is what a test looks at.
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        do {
            head.append((char) in.read());
        } while (head.charAt(0) != TLS_HANDSHAKE && head.indexOf("\r\n\r\n") < 0);
        return head.toString();
    }
}
