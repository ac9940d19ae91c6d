package dev.penstock.bench.s3server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/// Counts the bytes that connections took; under TLS, before they are encrypted.
@Sharable
final class SentBytes extends ChannelOutboundHandlerAdapter {

    private final ServerMeter meter;

    SentBytes(ServerMeter meter) {
        this.meter = meter;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            int length = bytes.readableBytes();
            promise.addListener(written -> {
                if (written.isSuccess()) {
                    meter.sentBytes.add(length);
                }
            });
        }
        var _ = context.write(message, promise);
    }
}
