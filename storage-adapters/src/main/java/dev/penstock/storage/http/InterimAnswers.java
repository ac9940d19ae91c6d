package dev.penstock.storage.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.ReferenceCountUtil;

/// Drops what a server says before its answer, such as 103 Early Hints (RFC 9110, 15.2); Reactor Netty would take it
/// for the answer.
///
/// A change of protocols is final, and as nobody asks for one, it is an answer that is refused.
final class InterimAnswers extends ChannelInboundHandlerAdapter {

    private boolean interim;
    private boolean dropped;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse head) {
            interim = isInterim(head.status());
        }
        if (interim) {
            // The end of an interim answer is a message of its own.
            dropped = true;
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    /// Who waits for an answer asks for more when a part of it came, which nothing of this was.
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (dropped) {
            dropped = false;
            context.read();
        }
        context.fireChannelReadComplete();
    }

    private static boolean isInterim(HttpResponseStatus status) {
        return status.codeClass() == HttpStatusClass.INFORMATIONAL
                && !status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
    }
}
