package dev.penstock.bench.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The control: threads that block in `read` on sockets of their own, straight into the destination.
///
/// No signature, no pool of buffers, no library. Nobody who gets the bytes over TCP gets them for much less.
final class SocketClient implements RangeClient {

    /// Enough for the head of a response.
    private static final int HEAD_BYTES = 4096;

    private final BlockingQueue<Connection> idle;
    private final ExecutorService threads;
    private final URI object;

    /// A connection and the memory its heads are read into.
    private record Connection(SocketChannel channel, ByteBuffer head) {}

    SocketClient(URI endpoint, String key, int connections) {
        this.object = URI.create(endpoint + "/" + BenchOrigin.BUCKET + "/" + key);
        this.idle = new ArrayBlockingQueue<>(connections);
        try {
            for (int opened = 0; opened < connections; opened++) {
                SocketChannel channel =
                        SocketChannel.open(new InetSocketAddress(endpoint.getHost(), endpoint.getPort()));
                idle.add(new Connection(channel, ByteBuffer.allocateDirect(HEAD_BYTES)));
            }
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        this.threads = Executors.newFixedThreadPool(connections);
    }

    @Override
    public CompletableFuture<?> read(long offsetBytes, MemorySegment destination) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        Connection connection = idle.take();
                        read(connection, offsetBytes, destination.asByteBuffer());
                        idle.add(connection);
                    } catch (IOException broken) {
                        throw new UncheckedIOException(broken);
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                },
                threads);
    }

    private void read(Connection connection, long offsetBytes, ByteBuffer destination) throws IOException {
        String request = "GET %s HTTP/1.1\r\nHost: %s\r\nRange: bytes=%d-%d\r\n\r\n"
                .formatted(
                        object.getPath(),
                        object.getAuthority(),
                        offsetBytes,
                        offsetBytes + destination.remaining() - 1);
        connection.channel().write(ByteBuffer.wrap(request.getBytes(US_ASCII)));
        ByteBuffer head = connection.head().clear();
        int end = -1;
        while (end < 0) {
            fill(connection, head);
            end = US_ASCII.decode(head.duplicate().flip()).toString().indexOf("\r\n\r\n");
        }
        destination.put(head.flip().position(end + "\r\n\r\n".length()));
        while (destination.hasRemaining()) {
            fill(connection, destination);
        }
    }

    private static void fill(Connection connection, ByteBuffer buffer) throws IOException {
        if (connection.channel().read(buffer) < 0) {
            throw new EOFException("the server hung up");
        }
    }

    @Override
    public void close() {
        threads.close();
        for (Connection connection : idle) {
            try {
                connection.channel().close();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }
}
