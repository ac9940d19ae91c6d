package dev.penstock.bench.s3server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/// Sends one answer: its head, then its body piece by piece at the connection's pace, with what goes wrong where it
/// goes wrong.
///
/// Demand is the channel's writability; every wait is a timer of the event loop. [#run()] begins the answer, and goes
/// on with it after a wait. Confined to the connection's event loop.
final class BodyPump implements Runnable {

    /// Less than a millisecond at the pace of a fast connection, so that bytes flow and do not come in heaps.
    private static final int PIECE_BYTES = 64 << 10;

    private enum State {
        /// A timer will call [#run()].
        WAITING,
        /// Pieces are sent whenever the channel is writable.
        SENDING,
        FINISHED
    }

    private final Channel channel;
    private final HttpResponse head;
    private final Content content;
    private final ByteRange bytes;
    private final Deque<BodyFault> faults;
    private final Pace pace;
    private final ServerMeter meter;
    private State state = State.WAITING;
    private boolean headSent;

    /// The next byte to send, and how many from there on have been granted by the pace.
    private long at;

    private int granted;

    BodyPump(Channel channel, HttpResponse head, Answer answer, Pace pace, ServerMeter meter) {
        this.channel = channel;
        this.head = head;
        this.content = answer.content();
        this.bytes = answer.bytes();
        this.faults = new ArrayDeque<>(answer.faults());
        this.pace = pace;
        this.meter = meter;
        this.at = bytes.from();
    }

    boolean finished() {
        return state == State.FINISHED;
    }

    @Override
    public void run() {
        state = State.SENDING;
        if (!headSent) {
            headSent = true;
            var _ = channel.write(head);
        }
        send();
    }

    /// The channel takes more.
    void writable() {
        if (state == State.SENDING) {
            send();
        }
    }

    private void send() {
        while (state == State.SENDING && channel.isWritable() && channel.isActive()) {
            BodyFault fault = faults.peek();
            if (fault != null && at == placeOf(fault)) {
                faults.remove();
                happen(fault);
            } else if (at == bytes.until()) {
                state = State.FINISHED;
                var _ = channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
            } else {
                sendPiece(fault == null ? bytes.until() : placeOf(fault));
            }
        }
        channel.flush();
    }

    private long placeOf(BodyFault fault) {
        return bytes.from() + (long) (fault.place() * bytes.length());
    }

    private void sendPiece(long until) {
        if (granted == 0) {
            granted = (int) Math.min(PIECE_BYTES, until - at);
            long waitNanos = pace.reserve(granted, System.nanoTime());
            if (waitNanos > 0) {
                await(waitNanos);
                return;
            }
        }
        write(content.bytes(at, granted));
    }

    private void write(ByteBuf piece) {
        int length = piece.readableBytes();
        at += length;
        granted = Math.max(0, granted - length);
        var _ = channel.write(new DefaultHttpContent(piece)).addListener(written -> {
            if (written.isSuccess()) {
                meter.bodyBytes.add(length);
            }
        });
    }

    private void happen(BodyFault fault) {
        switch (fault) {
            case BodyFault.Pause pause -> {
                meter.count(FaultKind.STALL);
                await(pause.nanos());
            }
            case BodyFault.Reset _ -> {
                meter.count(FaultKind.RESET);
                // Closing with unsent bytes and without lingering sends RST.
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                end();
            }
            case BodyFault.Truncation _ -> {
                meter.count(FaultKind.TRUNCATION);
                end();
            }
            case BodyFault.Flip _ -> {
                meter.count(FaultKind.FLIPPED_BYTE);
                byte right = content.bytes(at, 1).getByte(0);
                write(Unpooled.wrappedBuffer(new byte[] {(byte) (right ^ 1)}));
            }
        }
    }

    private void end() {
        state = State.FINISHED;
        channel.flush();
        var _ = channel.close();
    }

    private void await(long nanos) {
        state = State.WAITING;
        var _ = channel.eventLoop().schedule(this, nanos, TimeUnit.NANOSECONDS);
    }
}
