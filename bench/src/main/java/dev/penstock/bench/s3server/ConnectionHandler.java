package dev.penstock.bench.s3server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One connection: takes requests one at a time, and answers each after the delay that its faults say.
///
/// A client that sends a request before it has the whole answer to the last one is cut off: nothing here pipelines.
/// Confined to the connection's event loop.
final class ConnectionHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final AtomicLong REQUESTS = new AtomicLong();

    private final S3Service service;
    private final AtomicReference<FaultRun> faults;
    private final InstantSource clock;
    private final ServerMeter meter;

    /// The pace of this connection, and the faults that set it.
    private @Nullable FaultRun pacedBy;

    private Pace pace = Pace.unlimited();
    private @Nullable BodyPump pump;

    /// @param faults the faults of the server, which may be exchanged at any time
    ConnectionHandler(S3Service service, AtomicReference<FaultRun> faults, InstantSource clock, ServerMeter meter) {
        this.service = service;
        this.faults = faults;
        this.clock = clock;
        this.meter = meter;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        meter.connections.increment();
        meter.openConnections.incrementAndGet();
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        meter.openConnections.decrementAndGet();
        context.fireChannelInactive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (pump != null && !pump.finished()) {
            var _ = context.close();
            return;
        }
        String requestId = "%016X".formatted(REQUESTS.incrementAndGet());
        FaultRun run = faults.get();
        Answer answer = answer(request, run, requestId);
        if (answer.stallNanos() > 0) {
            meter.count(FaultKind.STALL);
        }
        HttpResponse head = head(answer, request.method(), requestId);
        BodyPump next = new BodyPump(context.channel(), head, answer, paceUnder(run), meter);
        pump = next;
        long delayNanos = run.latencyNanos() + answer.stallNanos();
        if (delayNanos == 0) {
            next.run();
        } else {
            var _ = context.executor().schedule(next, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private Answer answer(FullHttpRequest request, FaultRun run, String requestId) {
        try {
            return service.answer(request, run);
        } catch (RefusedException refused) {
            return S3Service.refused(refused.error, request.uri(), requestId);
        } catch (IllegalArgumentException malformed) {
            return S3Service.refused(S3Error.INVALID_ARGUMENT, request.uri(), requestId);
        }
    }

    private HttpResponse head(Answer answer, HttpMethod method, String requestId) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status(), answer.headers());
        head.headers()
                .set(HttpHeaderNames.SERVER, "penstock-bench")
                .set(
                        HttpHeaderNames.DATE,
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                clock.instant().atOffset(ZoneOffset.UTC)))
                .set("x-amz-request-id", requestId)
                .set("x-amz-id-2", requestId);
        if (!method.equals(HttpMethod.HEAD) && answer.status().code() != 204) {
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.bytes().length());
        }
        return head;
    }

    private Pace paceUnder(FaultRun run) {
        if (pacedBy != run) {
            pacedBy = run;
            pace = run.connectionPace();
        }
        return pace;
    }

    /// Comes in the middle of a write or a flush, where the next one must not begin.
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        BodyPump sending = pump;
        if (sending != null && context.channel().isWritable()) {
            context.executor().execute(sending::writable);
        }
        context.fireChannelWritabilityChanged();
    }

    /// A client that hangs up in the middle of an answer is no event: hedging clients do it.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}
