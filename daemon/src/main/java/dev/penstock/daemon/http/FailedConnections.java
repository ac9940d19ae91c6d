package dev.penstock.daemon.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes a connection that failed, and says only how: the messages of TLS failures quote what came, which may be a
/// token that was sent in the clear.
@Sharable
final class FailedConnections extends ChannelInboundHandlerAdapter {

    static final String NAME = "penstock.failed";

    private static final Logger LOG = LoggerFactory.getLogger(FailedConnections.class);

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        LOG.debug("a connection over HTTP failed: {}", failure.getClass().getName());
        Future<?> _ = context.close();
    }
}
