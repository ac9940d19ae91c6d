package dev.penstock.trainer.world;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// One connection between rank 0 and another rank, on which both are heard to be alive.
///
/// ```
/// u8 0                                            beat, every second
/// u8 1  i32 rank  utf host  utf token             who calls
/// u8 2  i32 rank  utf host  u8 kind  utf found    a rank that is lost, or leaves
/// ```
///
/// The other end is silent once so many reads in a row, a second each, have found nothing. A process that was stopped
/// itself, or that collected garbage for long, has missed one read by that count and not all of them.
///
/// Threading: one thread reads, any may speak.
final class WatchLine implements AutoCloseable {

    /// Short against any useful limit of silence; one byte costs nothing.
    static final Duration BEAT_INTERVAL = Duration.ofSeconds(1);

    /// Fits the format's 65,535 bytes in any alphabet.
    private static final int MAX_TEXT_CHARS = 10_000;

    private static final int BEAT = 0;
    private static final int HELLO = 1;
    private static final int LOSS = 2;

    /// What is said, beside beats.
    sealed interface Word {}

    /// @param token known to those who read the store of the run
    record Hello(int rank, String host, String token) implements Word {}

    record Lost(RankLoss loss) implements Word {}

    private final Socket socket;
    private final DataInputStream in;
    private final long readsUntilSilent;

    /// @param socket closed with this
    WatchLine(Socket socket, Duration silence) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) BEAT_INTERVAL.toMillis());
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        readsUntilSilent = Math.max(2, silence.toMillis() / BEAT_INTERVAL.toMillis());
    }

    /// Waits for the next word.
    ///
    /// @throws SocketTimeoutException when the other end is silent for too long
    /// @throws IOException when the connection ends
    Word next() throws IOException {
        int type = type();
        while (type == BEAT) {
            type = type();
        }
        return switch (type) {
            case HELLO -> new Hello(in.readInt(), in.readUTF(), in.readUTF());
            case LOSS -> new Lost(loss());
            default -> throw new IOException("a word of unknown type " + type);
        };
    }

    private int type() throws IOException {
        for (long missed = 1; ; missed++) {
            try {
                return in.readUnsignedByte();
            } catch (SocketTimeoutException nothing) {
                if (missed >= readsUntilSilent) {
                    throw nothing;
                }
            }
        }
    }

    private RankLoss loss() throws IOException {
        int rank = in.readInt();
        String host = in.readUTF();
        int kind = in.readUnsignedByte();
        if (kind >= RankLoss.Kind.values().length) {
            throw new IOException("a loss of unknown kind " + kind);
        }
        return new RankLoss(rank, host, RankLoss.Kind.values()[kind], in.readUTF());
    }

    void say(Word word) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(bytes);
        switch (word) {
            case Hello(int rank, String host, String token) -> {
                fields.writeByte(HELLO);
                fields.writeInt(rank);
                fields.writeUTF(host);
                fields.writeUTF(token);
            }
            case Lost(RankLoss(int rank, String host, RankLoss.Kind kind, String found)) -> {
                fields.writeByte(LOSS);
                fields.writeInt(rank);
                fields.writeUTF(host);
                fields.writeByte(kind.ordinal());
                fields.writeUTF(found.substring(0, Math.min(found.length(), MAX_TEXT_CHARS)));
            }
        }
        write(bytes.toByteArray());
    }

    void beat() throws IOException {
        write(new byte[] {BEAT});
    }

    private synchronized void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /// Says that nothing more is said; the other end reads everything up to here, and then the end.
    void hangUp() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
