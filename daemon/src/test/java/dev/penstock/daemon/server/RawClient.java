package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.Frame;
import dev.penstock.daemon.protocol.FrameReader;
import dev.penstock.daemon.protocol.FrameType;
import dev.penstock.daemon.protocol.FrameWriter;
import dev.penstock.daemon.protocol.Hello;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.socket.LocalSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/// A client that does what a test says, frame by frame and byte by byte.
final class RawClient implements AutoCloseable {

    private final LocalSocket socket;
    private final FrameReader reader;
    private final FrameWriter writer;

    private RawClient(LocalSocket socket) {
        this.socket = socket;
        this.reader = new FrameReader(socket::receive);
        this.writer = new FrameWriter(socket::send);
    }

    /// Connects without a word.
    static RawClient connect(Path path) throws IOException {
        return new RawClient(LocalSocket.connect(path));
    }

    /// Connects and is welcome.
    static RawClient greeted(Path path) throws IOException {
        RawClient client = connect(path);
        client.writer.write(Hello.ofThisVersion());
        if (client.next().type() != FrameType.WELCOME) {
            throw new AssertionError("not welcome");
        }
        return client;
    }

    FrameWriter writer() {
        return writer;
    }

    void send(byte[] bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
            socket.send(copy.asSlice(0, bytes.length));
        }
    }

    /// The next frame; null at the end.
    Frame next() throws IOException {
        return reader.next();
    }

    /// Sends a request as it is written and returns its reply, reading over what comes before.
    ObjectNode ask(String json) throws IOException {
        writer.write(FrameType.REQUEST, json.getBytes(StandardCharsets.UTF_8));
        return Json.parse(await(FrameType.REPLY).bytes());
    }

    Frame await(FrameType type) throws IOException {
        for (Frame frame = next(); frame != null; frame = next()) {
            if (frame.type() == type) {
                return frame;
            }
        }
        throw new AssertionError("the connection ended without " + type);
    }

    @Override
    public void close() {
        socket.close();
        socket.discardDescriptors();
    }
}
